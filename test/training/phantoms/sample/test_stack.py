"""The committed sample: what it holds, that its parts agree, and that the script makes it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from training.phantoms.anatomy import Abdomen, Chest
from training.phantoms.sample.recipe import sample_scans
from training.phantoms.sample.stack import scan_clicks
from training.phantoms.scenes import Scene
from uls.geometry.lesion import clicked
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.platform.sockets import find_job

SAMPLE = Path(__file__).parents[3] / "sample"
TRUTH = SAMPLE / "ground-truth"
IMAGE = SAMPLE / "input/images/stacked-3d-ct-lesion-volumes/sample.mha"
N_VOIS = 6


def read(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path))).reshape(N_VOIS, *VOI_SHAPE_ZYX)


def load(name: str) -> Any:
    return json.loads((TRUTH / name).read_text())


@pytest.fixture(scope="module")
def vois() -> np.ndarray:
    return read(IMAGE)


@pytest.fixture(scope="module")
def masks() -> np.ndarray:
    return read(TRUTH / "sample.mha")


def test_the_whole_sample_is_under_5_mb() -> None:
    sizes = [path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()]
    assert 0 < sum(sizes) < 5e6


def test_the_algorithm_finds_one_stack_of_six_vois_with_their_spacings() -> None:
    (stack,) = find_job(SAMPLE / "input")
    assert (stack.header.name, stack.header.n_vois) == ("sample", N_VOIS)
    assert [list(spacing) for spacing in stack.spacings_mm] == load("stacked_spacing.json")


def test_inputs_json_names_what_is_there() -> None:
    image, spacings = json.loads((SAMPLE / "input/inputs.json").read_text())
    place = SAMPLE / "input" / image["socket"]["relative_path"] / image["image"]["name"]
    assert place == IMAGE
    assert json.loads((SAMPLE / "input" / spacings["socket"]["relative_path"]).read_text())
    assert spacings["value"] == load("stacked_spacing.json")


def test_hu_and_masks_are_in_range(vois: np.ndarray, masks: np.ndarray) -> None:
    assert vois.dtype == np.int16
    assert masks.dtype == np.uint8
    assert vois.min() >= -1025  # the scan's minimum less one is padding
    assert vois.max() <= 3071
    assert set(np.unique(masks)) == {0, 1}


def test_two_lesions_are_clicked_three_times_each() -> None:
    assert load("single_sample.json") == [0, 1]
    pairs = [[(a, b) for a, b, _ in lesion] for lesion in load("multi_sample.json")]
    assert pairs == [[(0, 2), (0, 3), (2, 3)], [(1, 4), (1, 5), (4, 5)]]


def test_every_click_lies_in_its_lesion_which_is_one_component(masks: np.ndarray) -> None:
    for mask, spacing in zip(masks, load("stacked_spacing.json"), strict=True):
        assert mask[CLICK_ZYX] == 1
        kept = clicked(mask > 0, spacing_mm=tuple(spacing))
        assert kept.n_components == 1


def test_lesions_are_told_from_their_surroundings(vois: np.ndarray, masks: np.ndarray) -> None:
    for voi, mask in zip(vois, masks, strict=True):
        lesion = mask > 0
        shell = np.zeros_like(lesion)
        for axis in (1, 2):
            for step in (-4, 4):
                shell |= np.roll(lesion, step, axis)
        contrast = abs(voi[lesion].mean() - voi[shell & ~lesion].mean())
        assert contrast > 20


def moved(mask: np.ndarray, by_zyx: tuple[int, ...]) -> np.ndarray:
    """Move a mask by whole voxels; what enters from outside repeats the edge, as in the scoring."""
    for axis, step in enumerate(by_zyx):
        source = np.clip(np.arange(mask.shape[axis]) - step, 0, mask.shape[axis] - 1)
        mask = np.take(mask, source, axis=axis)
    return mask


def test_each_stated_shift_brings_one_clicks_reference_onto_the_others(masks: np.ndarray) -> None:
    spacings = load("stacked_spacing.json")
    for a, b, (sx, sy, sz) in (pair for lesion in load("multi_sample.json") for pair in lesion):
        x, y, z = spacings[a]
        by = (int(sz // z), int(-(sy // y)), int(-(sx // x)))
        assert by != (0, 0, 0)
        assert not np.array_equal(masks[b], masks[a])
        np.testing.assert_array_equal(moved(masks[b], by), masks[a])


def test_shifts_are_whole_voxels() -> None:
    spacings = load("stacked_spacing.json")
    for a, _, shift in (pair for lesion in load("multi_sample.json") for pair in lesion):
        assert all(mm % step == 0 for mm, step in zip(shift, spacings[a], strict=True))


@pytest.mark.parametrize("lesion", [0, 1])
def test_the_script_makes_the_committed_clicks_and_masks(lesion: int, masks: np.ndarray) -> None:
    scan = sample_scans()[lesion]
    clicks = scan_clicks(scan)
    mask = scan.scene.mask(scan.grid)
    for index, click in zip(([0, 2, 3], [1, 4, 5])[lesion], clicks, strict=True):
        corner = tuple(c - at for c, at in zip(click, CLICK_ZYX, strict=True))
        place = np.argwhere(mask) - corner
        np.testing.assert_array_equal(np.argwhere(masks[index]), place)


@pytest.mark.parametrize(("lesion", "part"), [(0, Chest), (1, Abdomen)])
def test_the_script_makes_the_committed_hu(lesion: int, part: type, vois: np.ndarray) -> None:
    """Three slices of each scan, noise included, against the VOI of its first click."""
    scan = sample_scans()[lesion]
    assert isinstance(scan.scene, Scene)
    assert isinstance(scan.scene.anatomy, part)
    z, y, x = scan_clicks(scan)[0]
    first = max(0, z - 1)
    hu, _ = scan.scene.render(scan.grid.slices(first, first + 3))
    scanned = scan.scanner.scan(hu, first_slice=first)
    top, left = y - CLICK_ZYX[1], x - CLICK_ZYX[2]
    rows = slice(max(0, top), min(scanned.shape[1], top + 256))
    columns = slice(max(0, left), min(scanned.shape[2], left + 256))
    committed = vois[
        lesion,
        64 + first - z : 64 + first - z + 3,
        rows.start - top : rows.stop - top,
        columns.start - left : columns.stop - left,
    ]
    # Another CPU may round the last bit of a cosine the other way, and a HU to the next step.
    assert (scanned[:, rows, columns] != committed).mean() < 1e-4
