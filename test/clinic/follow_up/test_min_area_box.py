"""Boxes whose sides can be worked out on paper."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from clinic.follow_up.min_area_box import Box, Extent, min_area_box

SQUARE_MM = (1.0, 1.0)


def region(*rows: str) -> npt.NDArray[np.bool_]:
    return np.array([[letter == "#" for letter in row] for row in rows])


def sides(box: Box) -> tuple[float, float]:
    return box.major_mm, box.minor_mm


def test_a_rectangle_is_its_own_box() -> None:
    block = np.zeros((9, 9), dtype=np.bool_)
    block[2:5, 3:7] = True  # 3 rows, 4 columns
    assert sides(min_area_box(block, spacing_yx_mm=SQUARE_MM)) == pytest.approx((4, 3))
    by_centres = min_area_box(block, spacing_yx_mm=SQUARE_MM, extent=Extent.CENTRES)
    assert sides(by_centres) == pytest.approx((3, 2))


def test_spacing_counts_per_axis() -> None:
    block = np.ones((3, 4), dtype=np.bool_)
    # 3 rows of 2 mm are 6 mm, 4 columns of 0.5 mm are 2 mm
    assert sides(min_area_box(block, spacing_yx_mm=(2.0, 0.5))) == pytest.approx((6, 2))


def test_a_diagonal_of_three_pixels_lies_in_a_turned_box() -> None:
    # From corner (0, 0) to corner (3, 3): √18 long; each pixel is √2 wide. 6 < 9 of the upright box
    found = min_area_box(np.eye(3, dtype=np.bool_), spacing_yx_mm=SQUARE_MM)
    assert sides(found) == pytest.approx((3 * math.sqrt(2), math.sqrt(2)))


def test_a_cross_lies_in_a_box_on_its_tip() -> None:
    # Upright 3 × 3 = 9; turned by 45° its sides are (5 − 1) / √2 = √8, which is 8
    cross = region(".#.", "###", ".#.")
    found = min_area_box(cross, spacing_yx_mm=SQUARE_MM)
    assert sides(found) == pytest.approx((math.sqrt(8), math.sqrt(8)))


def test_of_equal_areas_the_longer_box_counts() -> None:
    # Centres (0,0), (0,2), (2,0) …: on the legs 2 × 2, on the hypotenuse √8 × √2, both of area 4
    triangle = region("###", "##.", "#..")
    found = min_area_box(triangle, spacing_yx_mm=SQUARE_MM, extent=Extent.CENTRES)
    assert sides(found) == pytest.approx((math.sqrt(8), math.sqrt(2)))


def test_single_pixel_and_line() -> None:
    pixel = region("...", ".#.")
    assert sides(min_area_box(pixel, spacing_yx_mm=(0.5, 2.0))) == pytest.approx((2, 0.5))
    assert sides(min_area_box(pixel, spacing_yx_mm=SQUARE_MM, extent=Extent.CENTRES)) == (0, 0)
    line = region("####")
    by_centres = min_area_box(line, spacing_yx_mm=SQUARE_MM, extent=Extent.CENTRES)
    assert sides(by_centres) == pytest.approx((3, 0))


def test_corners_are_pixels_of_the_region() -> None:
    block = np.zeros((9, 9), dtype=np.bool_)
    block[2:5, 3:7] = True
    corners = min_area_box(block, spacing_yx_mm=(2.0, 0.5)).corners_yx
    expected = [(y, x) for y in (1.5, 4.5) for x in (2.5, 6.5)]
    assert sorted(np.round(corners, 9).tolist()) == [list(corner) for corner in expected]


def test_an_empty_region_has_none() -> None:
    with pytest.raises(ValueError, match="empty"):
        min_area_box(np.zeros((2, 2), dtype=np.bool_), spacing_yx_mm=SQUARE_MM)


@given(
    arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8)),
    st.tuples(st.floats(0.3, 3), st.floats(0.3, 3)),
)
def test_no_turned_box_is_smaller(
    pixels: npt.NDArray[np.bool_], spacing: tuple[float, float]
) -> None:
    pixels[0, 0] = True
    found = min_area_box(pixels, spacing_yx_mm=spacing)
    corners = np.argwhere(pixels)[:, None] + np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
    points_mm = corners.reshape(-1, 2) * np.array(spacing)
    angles = np.linspace(0, np.pi / 2, 181)
    along = points_mm @ np.stack([np.cos(angles), np.sin(angles)])
    across = points_mm @ np.stack([-np.sin(angles), np.cos(angles)])
    areas = np.ptp(along, axis=0) * np.ptp(across, axis=0)
    area = found.major_mm * found.minor_mm
    assert area <= areas.min() * (1 + 1e-9)
    assert area >= np.count_nonzero(pixels) * spacing[0] * spacing[1] * (1 - 1e-9)
