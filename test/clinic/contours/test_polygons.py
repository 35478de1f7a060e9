"""Polygons → voxels: areas counted by hand, holes, keyholes, planes between slices."""

from typing import Any

import numpy as np
import pytest
from clinic_scans import DIRECTIONS, whole

from clinic.contours.polygons import RasterError, inside, volume_of
from clinic.scans.grid import Grid

_SHAPE = (6, 12, 14)


def _grid(turn: str = "axial") -> Grid:
    return Grid.checked("test", _SHAPE, (0.5, 2.0, 3.0), (-4.0, 7.0, 100.0), DIRECTIONS[turn])


def _square(low: float, high: float) -> list[tuple[float, float]]:
    return [(low, low), (low, high), (high, high), (high, low)]


def _mm(grid: Grid, z: float, points_yx: Any, axis: int = 0) -> Any:
    places = np.insert(np.asarray(points_yx, float), axis, z, axis=1)
    return np.array([grid.to_mm(place[::-1]) for place in places])


def test_a_square_holds_the_centres_within_and_one_of_two_edges() -> None:
    assert inside([np.array(_square(0.5, 3.5))], (6, 6)).sum() == 9
    on_centres = inside([np.array(_square(1.0, 3.0))], (6, 6))
    assert np.argwhere(on_centres).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]
    beside = inside([np.array([(1.0, 3), (1, 5), (3, 5), (3, 3)])], (6, 6))
    assert not (on_centres & beside).any()
    assert (on_centres | beside).sum() == 8


def test_a_triangle_by_hand() -> None:
    found = inside([np.array([(-0.5, -0.5), (-0.5, 4.5), (4.5, -0.5)])], (5, 5))

    assert found.sum(axis=1).tolist() == [4, 3, 2, 1, 0]  # the slope itself is its right edge


def test_one_within_another_is_a_hole_and_a_keyhole_is_the_same() -> None:
    outer, hole = np.array(_square(0.5, 8.5)), np.array(_square(2.5, 5.5))
    twice = inside([outer, hole], (10, 10))
    channel = np.array([*_square(0.5, 8.5), (0.5, 0.5), *_square(2.5, 5.5), (2.5, 2.5)])

    assert twice.sum() == 64 - 9
    np.testing.assert_array_equal(inside([channel], (10, 10)), twice)
    island = np.array(_square(3.5, 4.5))
    assert inside([outer, hole, island], (10, 10)).sum() == 64 - 9 + 1


def test_what_lies_beyond_the_image_is_cut_off() -> None:
    assert inside([np.array(_square(-9.0, 99.0))], (3, 4)).all()
    assert inside([np.array(_square(-9.0, 1.5))], (3, 4)).sum() == 4


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("turn", list(DIRECTIONS))
def test_planes_across_any_axis_of_any_grid(turn: str, axis: int) -> None:
    grid = _grid(turn)
    square = [(1.5, 1.5), (1.5, 4.5), (3.5, 4.5), (3.5, 1.5)]

    mask = volume_of([_mm(grid, 2, square, axis), _mm(grid, 3, square, axis)], grid)

    expected = np.zeros(_SHAPE, bool)
    np.moveaxis(expected, axis, 0)[2:4, 2:4, 2:5] = True
    np.testing.assert_array_equal(whole(mask), expected)


@pytest.mark.parametrize(
    ("places", "slices"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 3], [1, 2, 3]),  # every second slice: half the distance of planes
        ([1, 2, 5], [1, 2, 5]),  # nothing is filled in over a longer way
        ([2.3], [2]),
        ([1.4, 1.8, 2.2], [1, 2]),  # finer than the slices
        ([-3, -2, 0], [0]),
        ([9, 10], []),
    ],
)
def test_which_slices_take_contours(places: list[float], slices: list[int]) -> None:
    grid = _grid()

    mask = volume_of([_mm(grid, z, _square(1.5, 4.5)) for z in places], grid)

    found = np.flatnonzero(whole(mask).any(axis=(1, 2))).tolist()
    assert found == slices
    assert mask.n_voxels == 9 * len(slices)


def test_a_slice_between_takes_the_nearer_plane() -> None:
    grid = _grid()

    mask = whole(
        volume_of([_mm(grid, 1.0, _square(1.5, 4.5)), _mm(grid, 2.9, _square(1.5, 3.5))], grid)
    )

    assert mask.sum(axis=(1, 2)).tolist() == [0, 9, 4, 4, 0, 0]


def test_contours_that_cross_the_slices_are_refused() -> None:
    grid = _grid()
    tilted = np.array([grid.to_mm(p) for p in [(1, 1, 1), (5, 1, 2), (5, 5, 4), (1, 5, 3)]])

    with pytest.raises(RasterError, match="along the scan's slices"):
        volume_of([tilted], grid)


def test_contours_that_would_take_for_ever_are_refused() -> None:
    zigzag = np.zeros((1 << 14, 2))
    zigzag[::2, 0], zigzag[:, 1] = 4000, np.arange(1 << 14) % 4000

    with pytest.raises(RasterError, match="too many rows"):
        inside([zigzag], (4096, 4096))
