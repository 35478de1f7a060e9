"""Axes from border to border, against values worked out by hand and by trying all corners."""

import math
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.lesions.border_axes import Line, border_axes
from uls.geometry.axes import lesion_axes
from uls.geometry.component import largest_component
from uls.geometry.cropped import cropped


def _mask(shape: tuple[int, int, int], *boxes: tuple[slice, ...]) -> np.ndarray:
    mask = np.zeros(shape, dtype=bool)
    for box in boxes:
        mask[box] = True
    return mask


def test_one_pixel_is_as_long_as_it_is_wide() -> None:
    axes = border_axes(cropped(_mask((3, 5, 5), np.s_[1, 2, 3])), (0.6, 0.8, 2.0))

    assert axes is not None
    assert axes.slice_z == 1
    assert (axes.long.length_mm, axes.short.length_mm) == pytest.approx((0.8, 0.6))
    assert {axes.long.start_yx, axes.long.end_yx} == {(1.5, 3.0), (2.5, 3.0)}


@pytest.mark.parametrize("n", [2, 5, 30])
def test_a_row_of_pixels_is_as_long_as_the_row(n: int) -> None:
    axes = border_axes(cropped(_mask((1, 3, 40), np.s_[0, 1, 4 : 4 + n])), (0.5, 0.7, 1.0))

    assert axes is not None
    assert axes.long.length_mm == pytest.approx(0.5 * n)
    assert axes.short.length_mm == pytest.approx(0.7)


def test_a_bar() -> None:
    """10 × 4 pixels of 1 mm: from one end's upper pixel to the other's lower one, √(10² + 3²)."""
    axes = border_axes(cropped(_mask((1, 8, 20), np.s_[0, 2:6, 3:13])), (1.0, 1.0, 1.0))

    assert axes is not None
    assert axes.long.length_mm == pytest.approx(math.sqrt(109))
    # Across it, between both long sides, 4 mm high: turned by the long axis' angle
    assert axes.short.length_mm == pytest.approx(4 / math.cos(math.atan2(3, 10)))


@pytest.mark.parametrize(("a_mm", "b_mm"), [(10.0, 10.0), (15.0, 7.0), (30.0, 12.0)])
@pytest.mark.parametrize("degrees", [0, 30, 45, 77])
def test_an_ellipse_of_known_millimetres(a_mm: float, b_mm: float, degrees: int) -> None:
    y, x = np.mgrid[:120, :120] * 0.7 - 42.1
    turn = math.radians(degrees)
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    disk = ((2 * u / a_mm) ** 2 + (2 * v / b_mm) ** 2 <= 1)[None]

    axes = border_axes(cropped(disk), (0.7, 0.7, 1.0))

    assert axes is not None
    assert axes.long.length_mm == pytest.approx(a_mm, abs=0.7)
    assert axes.short.length_mm == pytest.approx(b_mm, abs=0.7)


def test_the_challenges_axes_are_shorter_by_about_a_pixel() -> None:
    y, x = np.ogrid[:40, :40]
    disk = (((y - 20) ** 2 + (x - 20) ** 2) <= 9.4**2)[None]
    mask = cropped(disk)

    border, centre = border_axes(mask, (0.7, 0.7, 1.0)), lesion_axes(mask)

    assert border is not None
    assert centre is not None
    assert border.long.length_mm == pytest.approx(18.8 * 0.7, abs=0.7)
    gain = border.long.length_mm - centre.long.length_mm((0.7, 0.7, 1.0))
    assert 0.35 < gain <= 0.71


def test_of_a_slice_the_largest_component_counts_and_of_slices_the_longest() -> None:
    mask = _mask((4, 30, 30), np.s_[1, 2:6, 2:6], np.s_[2, 5:7, 5:20], np.s_[2, 20, 1:29:2])

    axes = border_axes(cropped(mask), (1.0, 1.0, 1.0))

    assert axes is not None
    assert axes.slice_z == 2
    assert axes.long.length_mm == pytest.approx(math.hypot(15, 1))


def test_an_empty_mask_has_none() -> None:
    assert border_axes(cropped(np.zeros((2, 3, 4), bool)), (1.0, 1.0, 1.0)) is None


@given(
    st.lists(st.booleans(), min_size=30, max_size=30).filter(any),
    st.sampled_from([(1.0, 1.0), (0.5, 1.25)]),
)
def test_against_trying_everything(pixels: list[bool], step: tuple[float, float]) -> None:
    mask = np.array(pixels).reshape(1, 5, 6)
    axes = border_axes(cropped(mask), (step[1], step[0], 1.0))

    outline = _outline(largest_component(mask[0]), step)
    points = [point for piece in outline for point in piece]
    assert axes is not None
    assert axes.long.length_mm == pytest.approx(
        max(math.dist(p, q) for p in points for q in points)
    )
    assert axes.short.length_mm == pytest.approx(_widest_across(outline, axes.long, step))
    start, end = np.array([axes.long.start_yx, axes.long.end_yx]) * step
    short = np.subtract(axes.short.end_yx, axes.short.start_yx) * step
    assert float(short @ (end - start)) == pytest.approx(0, abs=1e-6)


def _outline(component: np.ndarray, step: tuple[float, float]) -> list[np.ndarray]:
    """Around each pixel of the lesion a diamond; between two of them side by side, a square.

    Their union's border is the outline; that pieces of it lie inside changes no longest line.
    """
    rings = []
    for y, x in np.argwhere(component):
        rings.append([(y - 0.5, x), (y, x + 0.5), (y + 0.5, x), (y, x - 0.5)])
        for down, right in product((0, -1), repeat=2):
            square = [(y + down + j, x + right + i) for j, i in product((0, 1), repeat=2)]
            n = sum(
                0 <= j < component.shape[0] and 0 <= i < component.shape[1] and component[j, i]
                for j, i in square
            )
            if n == 3:  # the outline cuts off the fourth pixel's corner of the square
                top, left = y + down, x + right
                rings.append(
                    [
                        (top, left + 0.5),
                        (top + 0.5, left + 1),
                        (top + 1, left + 0.5),
                        (top + 0.5, left),
                    ]
                )
    pieces = []
    for y, x in np.argwhere(component):
        for right in (0, 1):  # neighbours along both axes: the border runs straight between them
            j, i = (y, x + 1) if right else (y + 1, x)
            if j < component.shape[0] and i < component.shape[1] and component[j, i]:
                for side in (-0.5, 0.5):
                    away = (side, 0) if right else (0, side)
                    pieces.append(
                        np.array([(y + away[0], x + away[1]), (j + away[0], i + away[1])])
                    )
    for ring in rings:
        pieces += [np.array(piece) for piece in pairwise([*ring, ring[0]])]
    return [piece * step for piece in pieces]


def _widest_across(outline: list[np.ndarray], long: Line, step: tuple[float, float]) -> float:
    """Cut the outline by lines across the long axis, through all its points."""
    start = np.array(long.start_yx) * step
    along = np.array(long.end_yx) * step - start
    along /= np.linalg.norm(along)
    across = np.array([-along[1], along[0]])
    widest = 0.0
    for place in {round(float(point @ along), 9) for piece in outline for point in piece}:
        reached: list[float] = []
        for p, q in outline:
            tp, tq, sp, sq = p @ along, q @ along, p @ across, q @ across
            if min(tp, tq) - 1e-8 <= place <= max(tp, tq) + 1e-8:
                if abs(tq - tp) < 1e-8:
                    reached += [sp, sq]
                else:
                    part = min(max((place - tp) / (tq - tp), 0), 1)
                    reached.append(sp + part * (sq - sp))
        widest = max(widest, max(reached) - min(reached))
    return widest
