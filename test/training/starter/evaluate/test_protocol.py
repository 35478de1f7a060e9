from dataclasses import replace

import numpy as np
import pytest
from cube_lesions import CUBE, cube_lesion

from training.starter.evaluate.cases import Lesion
from training.starter.evaluate.protocol import prepare, with_random_margins
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import InputError


def box_of(mask: np.ndarray) -> list[tuple[int, int]]:
    places = np.argwhere(mask)
    return list(zip(places.min(0).tolist(), (places.max(0) + 1).tolist(), strict=True))


def fixed_margin_crop(margin: int = 10) -> Lesion:
    """A cube of 240 voxels with the same margin on all six sides."""
    mask = np.pad(np.ones((4, 10, 6), dtype=bool), margin)
    hu = np.arange(mask.size, dtype=np.int32).reshape(mask.shape) % 1000
    return Lesion("crop", "cubes", hu.astype(np.int16), mask, (1.0, 1.0, 1.0), padding_hu=-1.0)


def test_clicks_lie_in_the_lesion_differ_and_are_the_same_in_every_run() -> None:
    lesion = cube_lesion()
    case = prepare(lesion, clicks=5)
    assert all(lesion.mask[click] for click in case.clicks)
    assert len(set(case.clicks)) == 5
    assert prepare(lesion, clicks=5).clicks == case.clicks
    assert prepare(lesion, clicks=5, seed=24).clicks != case.clicks
    assert prepare(replace(lesion, name="other"), clicks=5).clicks != case.clicks


def test_a_whole_lesion_can_be_clicked() -> None:
    clicks = prepare(cube_lesion(), clicks=240).clicks
    assert len(set(clicks)) == 240
    with pytest.raises(InputError, match="at least 241 voxels, one a click, found 240"):
        prepare(cube_lesion(), clicks=241)


def test_a_voi_has_the_clicked_voxel_in_its_centre_and_padding_beyond_the_scan() -> None:
    case = prepare(cube_lesion())
    click = case.clicks[0]
    voi = case.voi_hu(click)
    assert voi.shape == VOI_SHAPE_ZYX
    assert voi[CLICK_ZYX] == 100
    assert voi[0, 0, 0] == -1
    assert np.count_nonzero(voi != -1) == 20 * 40 * 40
    reference = case.reference(click)
    assert reference.n_voxels == 240
    starts = (CUBE[0].start, CUBE[1].start, CUBE[2].start)
    corner = [c + s - k for c, s, k in zip(CLICK_ZYX, starts, click, strict=True)]
    assert list(reference.corner_zyx) == corner


def test_a_crop_at_a_fixed_margin_gets_margins_of_its_own() -> None:
    crop = fixed_margin_crop()
    case = prepare(crop)
    margins = [
        margin
        for (low, high), size in zip(box_of(case.lesion.mask), case.lesion.mask.shape, strict=True)
        for margin in (low, size - high)
    ]
    assert all(1 <= margin <= 10 for margin in margins)
    assert len(set(margins)) > 2
    assert case.lesion.mask.sum() == 240
    low = [10 - m for m in margins[::2]]
    high = [size - 10 + m for size, m in zip(crop.mask.shape, margins[1::2], strict=True)]
    z, y, x = (slice(a, b) for a, b in zip(low, high, strict=True))
    np.testing.assert_array_equal(case.lesion.scan_hu, crop.scan_hu[z, y, x])
    assert prepare(crop).lesion.scan_hu.shape == case.lesion.scan_hu.shape
    assert case.lesion.padding_hu == crop.padding_hu


def test_a_scan_that_is_no_such_crop_is_left_whole() -> None:
    # Margins z 8, 8; y 15, 15; x 18, 16: only x's sides lie within 1.5 mm of the widest, or 2.
    lesion = cube_lesion()
    assert prepare(lesion).lesion is lesion


def test_margins_are_drawn_from_the_whole_margin_and_keep_a_voxel() -> None:
    crop = fixed_margin_crop(margin=3)
    drawn = {
        box_of(with_random_margins(crop, np.random.default_rng(seed)).mask)[0][0]
        for seed in range(40)
    }
    assert drawn == {2, 3}  # 3 voxels less int(u * 2), u < 1: 3 or 2
    tight = with_random_margins(fixed_margin_crop(margin=0), np.random.default_rng(1))
    assert tight.mask.shape == (4, 10, 6)
