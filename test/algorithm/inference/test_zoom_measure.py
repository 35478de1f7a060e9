"""What a look found, in figures that can be redone by hand."""

import math

import numpy as np
import pytest

from algorithm.inference.zoom_look import Look, Sight
from algorithm.inference.zoom_measure import Found, deepest_zyx, diameter_of, found, holds, score
from algorithm.models.zoom_patch import PATCH_SIZE, Frame
from algorithm.models.zoom_settings import ZoomSettings

SETTINGS = ZoomSettings()
# Patch voxel (24, 24, 24) lies on voxel (64, 128, 128); 2 slices, 1 pixel to a step of 2 mm.
FRAME = Frame((64, 128, 128), 2.0, (1.0, 2.0, 2.0))


def _look(*boxes: tuple[slice, slice, slice], p: float = 0.9, outside: float = 0.0) -> Look:
    probability = np.full((PATCH_SIZE,) * 3, outside, dtype=np.float32)
    for box in boxes:
        probability[box] = p
    return Look(Sight(FRAME, (64, 128, 128)), probability)


def _cube(low: int, high: int) -> tuple[slice, slice, slice]:
    return (slice(low, high),) * 3


def _found(look: Look) -> Found:
    lesion = found(look, SETTINGS, threshold=0.5)
    assert lesion is not None
    return lesion


def test_the_component_at_the_click_is_found_and_no_other() -> None:
    lesion = _found(_look(_cube(20, 29), _cube(35, 40)))

    assert np.count_nonzero(lesion.mask) == 9**3
    assert lesion.corners == ((20, 20, 20), (29, 29, 29))
    assert lesion.extents == (9, 9, 9)
    assert lesion.faces == 0


@pytest.mark.parametrize(("gap", "is_found"), [(0, True), (2, True), (3, False)])
def test_a_component_may_begin_beside_the_click_within_reach(gap: int, is_found: bool) -> None:
    look = _look((slice(24, 30), slice(24, 30), slice(24 + gap, 30)))

    assert (found(look, SETTINGS, threshold=0.5) is not None) is is_found


def test_specks_and_what_is_below_the_threshold_are_nothing() -> None:
    speck = (slice(24, 25), slice(24, 25), slice(24, 27))  # 3 voxels, where 4 are asked for

    assert found(_look(speck), SETTINGS, threshold=0.5) is None
    assert found(_look(_cube(20, 29)), SETTINGS, threshold=0.95) is None
    assert found(_look(), SETTINGS, threshold=0.5) is None


def test_faces_of_the_patch_are_counted() -> None:
    assert _found(_look((slice(0, 30), slice(20, 30), slice(20, 48)))).faces == 2
    assert _found(_look(_cube(0, 48))).faces == 6
    assert _found(_look(_cube(1, 47))).faces == 0


def test_the_diameter_is_a_balls_of_the_same_volume_or_a_share_of_the_extent() -> None:
    assert diameter_of(math.pi / 6 * 10**3, (10, 10, 10), 0.62) == pytest.approx(10)
    assert diameter_of(30, (1, 1, 30), 0.62) == pytest.approx(0.62 * 30)


def test_the_boxes_centre_in_the_voi() -> None:
    lesion = _found(_look((slice(24, 29), slice(24, 27), slice(24, 25))))

    # Patch (26, 25, 24): 2 steps of 2 slices, 1 step of 1 pixel on from the click.
    assert lesion.centre_zyx == pytest.approx((68, 129, 128))


def test_the_deepest_point_is_the_thick_end() -> None:
    # A cube of 9 voxels around patch voxel 20 along x, and a thin rod from it to the click.
    cube = (slice(20, 29), slice(20, 29), slice(8, 17))
    rod = (slice(24, 25), slice(24, 25), slice(16, 25))

    assert deepest_zyx(_found(_look(cube, rod))) == pytest.approx((64, 128, 116))


def test_the_patchs_border_counts_as_surface() -> None:
    # A rod of 5 by 5 voxels that ends at the border.
    rod = (slice(22, 27), slice(22, 27), slice(20, 48))
    z, y, x = deepest_zyx(_found(_look(rod)))

    assert (z, y) == pytest.approx((64, 128))
    # All voxels of the axis are 3 from the surface, but for the 2 at either end.
    assert 22 <= (x - 128) + 24 <= 45


def test_holding_a_click_is_a_matter_of_the_mask_not_of_the_patch() -> None:
    look = _look(_cube(20, 29))
    mask = look.probability > 0.5

    assert holds(mask, look, (64, 128, 128), SETTINGS)
    assert holds(mask, look, (64, 128, 134), SETTINGS)  # patch voxel 30, 2 from 28
    assert not holds(mask, look, (64, 128, 135), SETTINGS)
    assert not holds(mask, look, (64, 128, 250), SETTINGS)  # beyond the patch


def test_the_reach_in_millimetres_is_that_of_the_job() -> None:
    """At 6 mm per step, the 5 mm within which a job looks for the lesion are no whole voxel."""
    look = Look(
        Sight(Frame((64, 128, 128), 6.0, (1, 2, 2)), (64, 128, 128)),
        _look(_cube(24, 30)).probability,
    )
    mask = look.probability > 0.5

    assert holds(mask, look, (64, 128, 128), SETTINGS)
    assert not holds(mask, look, (64, 128, 125), SETTINGS)  # one voxel before it


def test_a_sure_answer_of_a_plausible_size_has_the_best_score() -> None:
    # A cube of 16: diameter 16 * (6 / pi)^(1/3) = 19.9 voxels, 0.41 of the patch.
    assert score(_found(_look(_cube(16, 32), p=1.0)), SETTINGS) == pytest.approx(1)


def test_doubt_and_odd_sizes_lower_the_score() -> None:
    sure = _found(_look(_cube(16, 32), p=1.0))
    # In the cube, 1 - 4 * 0.75 * 0.25 = 0.25; in the shell around it 1.
    unsure = _found(_look(_cube(16, 32), p=0.75))
    # A cube of 4 has a diameter of 4.96 voxels, 0.103 of the patch: ln(0.2 / 0.103) too little.
    small = _found(_look(_cube(22, 26), p=1.0))
    large = _found(_look(_cube(2, 46), p=1.0))

    assert 0.25 < score(unsure, SETTINGS) < 1
    fill = 4 * (6 / math.pi) ** (1 / 3) / PATCH_SIZE
    assert score(small, SETTINGS) == pytest.approx(1 - 0.5 * math.log(0.2 / fill))
    assert score(large, SETTINGS) < score(sure, SETTINGS)
