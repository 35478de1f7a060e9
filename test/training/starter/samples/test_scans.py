from pathlib import Path
from shutil import copy

import numpy as np
import pytest
import SimpleITK as sitk
from tiny_scans import CENTRE, RADIUS_MM, SAMPLES, SPACING, ball, ball_scan, tiny_recipe

from training.starter.run.options import TrainOptions
from training.starter.run.train import _banks
from training.starter.samples.bank import read_bank
from training.starter.samples.scans import make_scan
from uls.workshop.errors import CallError, InputError


def test_levels_halve_in_plane_and_along_z_once_slices_are_no_thicker_than_pixels() -> None:
    # 2 mm slices are thicker than 1.4 times 1 mm pixels, not than 1.4 times 2 mm ones.
    assert ball_scan().spacings == ((2, 1, 1), (2, 2, 2), (4, 4, 4))
    assert [tuple(level.shape) for level in ball_scan().levels] == [
        (40, 80, 80),
        (40, 40, 40),
        (20, 20, 20),
    ]


def test_a_ball_is_measured() -> None:
    (lesion,) = ball_scan().lesions
    assert tuple(lesion.deepest) == CENTRE
    assert tuple(lesion.centre) == CENTRE
    # The diameter of a ball as large is (6 / pi * volume) ** (1/3) = 1.24 * volume ** (1/3).
    assert lesion.size_mm == pytest.approx(2 * RADIUS_MM, rel=0.03)


def test_places_lie_in_the_body_and_not_in_the_lesion() -> None:
    _, mask = ball()
    places = ball_scan().places
    assert not len(places["lung"])
    assert not len(places["bone"])
    soft = places["soft"]
    assert len(soft) > 1000
    assert not mask[tuple(soft.T)].any()
    assert soft[:, 1:].min() >= 4
    assert soft[:, 1:].max() <= 76


def test_a_folder_of_cases_is_read_with_their_lesions(tmp_path: Path) -> None:
    _write(tmp_path, masks=("tumour", "node"))
    (scan,) = read_bank([tmp_path], SAMPLES, seed=0).scans
    assert scan.name == "case"
    assert scan.spacing == SPACING
    assert len(scan.lesions) == 2


def test_a_folder_of_scans_is_read_as_backgrounds(tmp_path: Path) -> None:
    _write(tmp_path)
    (tmp_path / "case_image.nii.gz").rename(tmp_path / "plain.nii.gz")
    bank = read_bank([tmp_path], SAMPLES, seed=0)
    assert [scan.name for scan in bank.without_lesions] == ["plain"]
    assert not bank.with_lesions


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=str(tmp_path)):
        read_bank([tmp_path], SAMPLES, seed=0)


def test_a_mask_of_another_size_is_named(tmp_path: Path) -> None:
    _write(tmp_path, masks=("tumour",))
    path = tmp_path / "case_tumour.nii.gz"
    sitk.WriteImage(sitk.ReadImage(str(path))[:, :, :20], str(path))
    with pytest.raises(InputError, match=r"case_tumour.*20"):
        read_bank([tmp_path], SAMPLES, seed=0)


def test_a_mask_of_another_spacing_is_named(tmp_path: Path) -> None:
    _write(tmp_path, masks=("tumour",))
    path = tmp_path / "case_tumour.nii.gz"
    mask = sitk.ReadImage(str(path))
    mask.SetSpacing((1.0, 1.0, 3.0))
    sitk.WriteImage(mask, str(path))
    with pytest.raises(
        InputError, match=r"found spacing \(1, 1, 3\).*instead of spacing \(1, 1, 2\)"
    ):
        read_bank([tmp_path], SAMPLES, seed=0)


def test_a_damaged_scan_is_named(tmp_path: Path) -> None:
    _write(tmp_path)
    (tmp_path / "case_image.nii.gz").write_bytes(b"no scan")
    with pytest.raises(InputError, match=r"case_image.*a readable NIfTI header"):
        read_bank([tmp_path], SAMPLES, seed=0)


def test_a_scan_of_coronal_slices_is_turned(tmp_path: Path) -> None:
    hu, mask = ball()
    for name, voxels in (("image", hu), ("tumour", mask.astype(np.uint8))):
        # Stored with the patient's y axis slowest: array (y, z, x).
        image = sitk.GetImageFromArray(voxels.transpose(1, 0, 2))
        image.SetSpacing((SPACING[2], SPACING[0], SPACING[1]))
        image.SetDirection((1, 0, 0, 0, 0, 1, 0, 1, 0))
        sitk.WriteImage(image, str(tmp_path / f"case_{name}.nii.gz"))
    (scan,) = read_bank([tmp_path], SAMPLES, seed=0).scans
    assert scan.spacing == SPACING
    np.testing.assert_array_equal(scan.levels[0], hu)
    assert tuple(scan.lesions[0].centre) == CENTRE


def test_what_does_not_hang_together_in_a_mask_is_several_lesions() -> None:
    hu, mask = ball()
    mask[2:4, 10:13, 10:13] = True
    mask[37, 60, 60] = True  # a slip of the pen
    lesions = make_scan("two", hu, SPACING, [mask], settings=SAMPLES, seed=0).lesions
    assert sorted(len(lesion.voxels) for lesion in lesions) == [18, int(ball()[1].sum())]
    assert {tuple(lesion.centre) for lesion in lesions} == {CENTRE, (2.5, 11.0, 11.0)}


def test_a_lesion_of_one_voxel_is_kept_where_there_is_no_other() -> None:
    hu, mask = ball()
    mask[:] = False
    mask[5, 5, 5] = True
    assert len(make_scan("dot", hu, SPACING, [mask], settings=SAMPLES, seed=0).lesions) == 1


def test_a_mask_without_a_lesion_is_named(tmp_path: Path) -> None:
    _write(tmp_path, masks=("tumour",))
    path = tmp_path / "case_tumour.nii.gz"
    sitk.WriteImage(0 * sitk.ReadImage(str(path)), str(path))
    with pytest.raises(InputError, match=r"case_tumour.*no voxel of one"):
        read_bank([tmp_path], SAMPLES, seed=0)


def test_a_mask_is_not_taken_for_a_scan(tmp_path: Path) -> None:
    _write(tmp_path, masks=("tumour",))
    (tmp_path / "case_image.nii.gz").rename(tmp_path / "case.nii.gz")
    with pytest.raises(InputError, match=r"case_tumour.*from 0 to 1\. A mask\?"):
        read_bank([tmp_path], SAMPLES, seed=0)


def test_validation_cases_alone_are_no_scans_to_train_on(tmp_path: Path) -> None:
    _write(tmp_path, masks=("tumour",))
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_name(path.name.replace("case", "STS_003")))
    with pytest.raises(InputError, match="found only STS_003"):
        _banks(_options(tmp_path), tiny_recipe(), print)


def test_cases_are_held_out_by_name_or_pattern(tmp_path: Path) -> None:
    _write(tmp_path, masks=("tumour",))
    for path in list(tmp_path.iterdir()):
        for other in ("P1", "P2", "Q"):
            copy(path, path.with_name(path.name.replace("case", other)))
    training, held = _banks(_options(tmp_path, "P*", "Q"), tiny_recipe(), print)
    assert [scan.name for scan in training.scans] == ["case"]
    assert [scan.name for scan in held.scans] == ["P1", "P2", "Q"]
    with pytest.raises(CallError, match=r"--hold-out R\*.*found P1, P2, Q, case"):
        _banks(_options(tmp_path, "R*"), tiny_recipe(), print)


def _options(scans: Path, *hold_out: str) -> TrainOptions:
    return TrainOptions(folder=scans, scans=(scans,), hold_out=hold_out)


def _write(folder: Path, masks: tuple[str, ...] = ()) -> None:
    hu, mask = ball()
    for name, voxels in [("image", hu), *((name, mask.astype(np.uint8)) for name in masks)]:
        image = sitk.GetImageFromArray(voxels)
        image.SetSpacing(SPACING[::-1])
        sitk.WriteImage(image, str(folder / f"case_{name}.nii.gz"))
