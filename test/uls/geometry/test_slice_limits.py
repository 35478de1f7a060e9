"""The limit of a slice's longest line: never below the line, and hardly above."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from uls.geometry.slice_limits import squared_limits

Mask = npt.NDArray[np.bool_]
MASKS = hnp.arrays(np.bool_, st.tuples(st.integers(1, 3), st.integers(1, 16), st.integers(1, 16)))


def longest(pixels: Mask) -> int:
    places = np.argwhere(pixels)
    return int(((places[:, None] - places[None]) ** 2).sum(axis=2).max()) if len(places) else -1


@settings(deadline=None)
@given(MASKS)
def test_no_line_exceeds_it(mask: Mask) -> None:
    for limit, pixels in zip(squared_limits(mask), mask, strict=True):
        assert limit >= longest(pixels)
        assert (limit == -1) == (not pixels.any())


@pytest.mark.parametrize("degrees", range(0, 180, 7))
def test_two_pixels_in_any_direction_come_within_a_hundredth(degrees: int) -> None:
    """cos 5.6° = 0.9952: the limit of a length exceeds it by at most 1/0.9952, squared 1.0097."""
    mask = np.zeros((1, 256, 256), dtype=np.bool_)
    y, x = (120 * math.sin(math.radians(degrees)), 120 * math.cos(math.radians(degrees)))
    mask[0, 128, 128] = mask[0, 128 + round(y), 128 + round(x)] = True
    exact = longest(mask[0])
    assert exact <= squared_limits(mask)[0] <= exact * 1.0098


def test_one_pixel_holds_no_line() -> None:
    mask = np.zeros((2, 3, 3), dtype=np.bool_)
    mask[1, 1, 1] = True
    assert squared_limits(mask).tolist() == [-1, 0]


def test_an_empty_box_has_no_slices() -> None:
    assert squared_limits(np.zeros((0, 0, 0), dtype=np.bool_)).tolist() == []
