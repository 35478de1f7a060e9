"""Dice, and Dice after a move, against counts by hand and scipy's spline shift."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from uls.geometry.cropped import CroppedMask, cropped
from uls.geometry.overlap import click_move_zyx, dice, moved_dice
from uls.geometry.voi import Spacing

Mask = npt.NDArray[np.bool_]

SHAPES = hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=7)
PAIRS = SHAPES.flatmap(
    lambda shape: st.tuples(hnp.arrays(np.bool_, shape), hnp.arrays(np.bool_, shape))
)
MOVES = st.tuples(*[st.integers(-9, 9)] * 3)
VOI = (128, 256, 256)


def literal_dice(a: Mask, b: Mask) -> float:
    total = a.sum() + b.sum()
    return float(2 * (a & b).sum() / total) if total else 0.0


def box(shape: tuple[int, ...], *ranges: tuple[int, int]) -> CroppedMask:
    mask = np.zeros(shape, dtype=np.bool_)
    mask[tuple(slice(*r) for r in ranges)] = True
    return cropped(mask)


@given(PAIRS)
def test_dice_equals_its_formula(pair: tuple[Mask, Mask]) -> None:
    a, b = pair
    assert dice(cropped(a), cropped(b)) == literal_dice(a, b)


@settings(deadline=None)
@given(PAIRS, MOVES)
def test_moved_dice_equals_that_of_a_spline_shift(
    pair: tuple[Mask, Mask], move: tuple[int, int, int]
) -> None:
    """The public way: a cubic spline through the whole volume, edges repeated, then rounded."""
    a, b = pair
    moved = ndimage.shift(b.astype(np.float64), move, order=3, mode="nearest")
    np.testing.assert_allclose(moved, moved.round(), atol=1e-6)
    assert moved_dice(cropped(a), cropped(b), move_zyx=move) == literal_dice(a, moved > 0.5)


@given(PAIRS)
def test_without_a_move_it_is_dice(pair: tuple[Mask, Mask]) -> None:
    a, b = (cropped(mask) for mask in pair)
    assert moved_dice(a, b, move_zyx=(0, 0, 0)) == dice(a, b)


def test_boxes_that_overlap_by_half() -> None:
    """4 of 8 voxels each in common: 2 · 4 / (8 + 8)."""
    a, b = box((4, 4, 4), (0, 2), (0, 2), (0, 2)), box((4, 4, 4), (1, 3), (0, 2), (0, 2))
    assert dice(a, b) == 0.5


@pytest.mark.parametrize("filled", [0, 1])
def test_dice_with_an_empty_mask_is_0(filled: int) -> None:
    a = cropped(np.zeros((3, 3, 3)))
    b = cropped(np.full((3, 3, 3), filled))
    assert dice(a, b) == dice(b, a) == 0


def test_a_move_brings_masks_together() -> None:
    a, b = box((9, 9, 9), (4, 6), (4, 6), (4, 6)), box((9, 9, 9), (3, 5), (6, 8), (4, 6))
    assert moved_dice(a, b, move_zyx=(1, -2, 0)) == 1


def test_a_mask_on_the_edge_grows_as_it_moves_inward() -> None:
    """2 layers at the edge move by 3: 5 layers, since what enters repeats the edge."""
    edge = box((8, 2, 2), (0, 2), (0, 2), (0, 2))
    grown = box((8, 2, 2), (0, 5), (0, 2), (0, 2))
    assert moved_dice(grown, edge, move_zyx=(3, 0, 0)) == 1


def test_a_mask_that_moves_out_is_lost() -> None:
    a = box((8, 2, 2), (0, 4), (0, 2), (0, 2))
    inner = box((8, 2, 2), (4, 6), (0, 2), (0, 2))
    assert moved_dice(a, inner, move_zyx=(6, 0, 0)) == 0


def test_masks_of_different_vois_cannot_be_compared() -> None:
    a, b = cropped(np.ones((2, 2, 2))), cropped(np.ones((2, 2, 3)))
    with pytest.raises(ValueError, match="different VOIs"):
        dice(a, b)
    with pytest.raises(ValueError, match="different VOIs"):
        moved_dice(a, b, move_zyx=(0, 0, 0))


def test_a_shift_is_floored_and_goes_against_x_and_y_but_with_z() -> None:
    """0.6 // 0.2 is 2: as doubles, 0.6 lies just below 3 · 0.2."""
    assert click_move_zyx((0.6, 1.4, 3.0), (0.2, 0.7, 1.5), shape_zyx=VOI) == (2, -2, -2)
    assert click_move_zyx((-0.1, 0.1, -0.1), (0.7, 0.7, 1.5), shape_zyx=VOI) == (-1, 0, 1)


@given(st.tuples(*[st.floats(-500, 500)] * 3), st.tuples(*[st.floats(0.2, 10)] * 3))
def test_moves_within_the_voi_are_pythons_floor_division(shift: Spacing, spacing: Spacing) -> None:
    x, y, z = (s // p for s, p in zip(shift, spacing, strict=True))
    expected = np.clip([z, -y, -x], -np.array(VOI), VOI)
    assert click_move_zyx(shift, spacing, shape_zyx=VOI) == tuple(expected)


def test_a_shift_beyond_all_bounds_is_limited_to_the_voi() -> None:
    assert click_move_zyx((1e308, -1e308, 0.0), (1e-308, 1e-308, 1.0), shape_zyx=VOI) == (
        0,
        256,
        -256,
    )
