"""Long and short axis: hand-made cases, and a slow, literal version of the definition."""

import math
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from uls.geometry.axes import LesionAxes, lesion_axes
from uls.geometry.axis import Axis
from uls.geometry.cropped import cropped

Mask = npt.NDArray[Any]
Point = npt.NDArray[np.intp]
Ends = tuple[tuple[int, int], tuple[int, int]]
Found = tuple[int, Ends, Ends]
Shape = tuple[tuple[int, int], ...]

CROSS = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]


def literal_axes(mask: Mask) -> Found | None:
    """Follow the definition word by word: all pairs of all boundary pixels of every slice.

    Returns:
        Slice, ends of the long axis, ends of the short axis; None for an empty mask. A mask
        without any line has its first pixel as both ends.
    """
    longest, found = -1.0, None
    for z, pixels in enumerate(mask):
        if not pixels.any():
            continue
        boundary = literal_boundary(pixels)
        distances = np.linalg.norm(boundary[:, None] - boundary[None], axis=2)
        if distances.max() > longest:
            longest = distances.max()
            i, j = np.unravel_index(distances.argmax(), distances.shape)
            found = z, boundary[i], boundary[j], boundary
    if found is None:
        return None
    z, start, end, boundary = found
    return z, ends(start, end), literal_short_axis(start, end, boundary)


def literal_boundary(pixels: Mask) -> Point:
    labels, count = ndimage.label(pixels, structure=CROSS)
    sizes = [(labels == label).sum() for label in range(1, count + 1)]
    component = labels == 1 + sizes.index(max(sizes))
    return np.argwhere(component & ~ndimage.binary_erosion(component, structure=CROSS))


def literal_short_axis(start: Point, end: Point, boundary: Point) -> Ends:
    if len(boundary) < 2:
        return ends(start, start)
    lines = [(a, b) for i, a in enumerate(boundary) for b in boundary[i + 1 :]]
    angles = [literal_angle(end - start, b - a) for a, b in lines]
    tolerance = 1
    while not any(abs(angle - 90) < tolerance for angle in angles):
        tolerance += 1
    allowed = [
        line for line, angle in zip(lines, angles, strict=True) if abs(angle - 90) < tolerance
    ]
    return ends(*max(allowed, key=lambda line: np.linalg.norm(line[1] - line[0])))


def literal_angle(along: Point, line: Point) -> float:
    cosine = np.dot(along, line) / (np.linalg.norm(along) * np.linalg.norm(line))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def ends(start: Point, end: Point) -> Ends:
    return tuple(start.tolist()), tuple(end.tolist())


def measured(mask: Mask) -> Found | None:
    axes = lesion_axes(cropped(mask))
    if axes is None:
        return None
    long, short = axes.long, axes.short
    return axes.slice_z, (long.start_yx, long.end_yx), (short.start_yx, short.end_yx)


def axes_of(mask: Mask) -> LesionAxes:
    axes = lesion_axes(cropped(mask))
    assert axes is not None
    return axes


def on_one_slice(*rows: str) -> Mask:
    """Draw a slice: every character but '.' is a pixel."""
    return np.array([[[character != "." for character in row] for row in rows]])


# Against the definition: not only both lengths but slice and end points are equal.

SMALL = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=8))


@settings(max_examples=200, deadline=None)
@given(SMALL)
def test_any_small_mask(mask: Mask) -> None:
    assert measured(mask) == literal_axes(mask)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.4, 0.8))
def test_ragged_masks(seed: int, density: float) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random((3, *rng.integers(6, 14, 2))) < density
    assert measured(mask) == literal_axes(mask)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_smooth_blobs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.standard_normal((6, 20, 20)), sigma=(1, 2, 2))
    mask = noise > np.quantile(noise, rng.uniform(0.5, 0.95))
    assert measured(mask) == literal_axes(mask)


def fixed_polyominoes(largest: int) -> Iterator[Shape]:
    """Grow every 4-connected shape of up to `largest` pixels, pixel by pixel."""
    shapes: set[Shape] = {((0, 0),)}
    while shapes:
        yield from sorted(shapes)
        shapes = {grown for shape in shapes if len(shape) < largest for grown in grow(shape)}


def grow(shape: Shape) -> Iterator[Shape]:
    for y, x in shape:
        for pixel in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if pixel not in shape:
                pixels = [*shape, pixel]
                top, left = min(p[0] for p in pixels), min(p[1] for p in pixels)
                yield tuple(sorted((p[0] - top, p[1] - left) for p in pixels))


def drawn(shape: Shape) -> Mask:
    mask = np.zeros((1, 1 + max(y for y, _ in shape), 1 + max(x for _, x in shape)), dtype=np.bool_)
    for y, x in shape:
        mask[0, y, x] = True
    return mask


def test_every_shape_of_up_to_six_pixels() -> None:
    shapes = list(fixed_polyominoes(6))
    assert len(shapes) == 1 + 2 + 6 + 19 + 63 + 216  # Redelmeier's counts
    for shape in shapes:
        assert measured(drawn(shape)) == literal_axes(drawn(shape)), shape


@pytest.mark.parametrize(
    "rows",
    [
        # Lines at exactly 45 degrees: whether |angle - 90| < 45 is decided by rounding.
        (".XX", ".X.", "XX."),
        ("XX.", ".X.", ".XX"),
        ("....X", "....X", "....X", "XXXXX", "X...."),
        ("...XX", "...X.", "...X.", "...X.", "XXXX."),
        ("..XXX", ".XX..", ".X...", ".X...", "XX..."),
    ],
)
def test_ties_at_45_degrees_fall_as_in_the_definition(rows: tuple[str, ...]) -> None:
    mask = on_one_slice(*rows)
    assert measured(mask) == literal_axes(mask)


def test_of_equally_long_short_axes_the_one_that_begins_first_is_drawn() -> None:
    """Two lines of 2 end on the same pixel, and the later one begins further left."""
    mask = on_one_slice("..XX", "..X.", "XXX.", "X...")
    assert axes_of(mask).short == Axis((0, 2), (2, 2))
    assert measured(mask) == literal_axes(mask)


# Worked out by hand.


def test_an_empty_mask_has_no_axes() -> None:
    assert lesion_axes(cropped(np.zeros((3, 3, 3)))) is None


def test_a_single_pixel_has_axes_of_length_0() -> None:
    axes = axes_of(on_one_slice("...", "..X"))
    assert axes.long == axes.short == Axis((1, 2), (1, 2))
    assert axes.long.length == 0


def test_of_slices_without_a_line_the_first_is_chosen() -> None:
    mask = np.zeros((3, 4, 4))
    mask[1, 2, 2] = mask[2, 0, 0] = mask[2, 1, 1] = 1  # diagonal neighbours are not connected
    assert measured(mask) == (1, ((2, 2), (2, 2)), ((2, 2), (2, 2)))


def test_two_pixels_are_both_axes() -> None:
    """The only line runs along the long axis: 90 degrees off, allowed at a tolerance of 91."""
    axes = axes_of(on_one_slice("XX"))
    assert axes.long == axes.short == Axis((0, 0), (0, 1))


def test_a_rectangle() -> None:
    """3 wide, 5 high: diagonals of sqrt(2² + 4²). Perpendicular to (4, 2) is (2, -4), too wide for

    it; (1, -2) fits and is the only direction within 1 degree: sqrt(5).
    """
    axes = axes_of(on_one_slice("XXX", "XXX", "XXX", "XXX", "XXX"))
    assert axes.long == Axis((0, 0), (4, 2))
    assert axes.long.length == math.sqrt(20)
    assert axes.short.length == math.sqrt(5)


def test_the_short_axis_joins_boundary_pixels_only() -> None:
    """A plus of arms 2: long axis vertical (first in row order), short axis horizontal, both 4."""
    axes = axes_of(on_one_slice("..X..", "..X..", "XXXXX", "..X..", "..X.."))
    assert axes.long == Axis((0, 2), (4, 2))
    assert axes.short == Axis((2, 0), (2, 4))


def test_of_equal_diagonals_the_first_in_row_order_is_long() -> None:
    axes = axes_of(on_one_slice("XXXX", "XXXX", "XXXX", "XXXX"))
    assert axes.long == Axis((0, 0), (3, 3))
    assert axes.short == Axis((0, 3), (3, 0))


def test_of_equally_long_slices_the_first_is_chosen() -> None:
    mask = np.zeros((4, 5, 5))
    mask[1, 0, :4] = mask[2, :4, 0] = mask[3, 1, 1:5] = 1
    axes = axes_of(mask)
    assert (axes.slice_z, axes.long) == (1, Axis((0, 0), (0, 3)))


def test_a_later_slice_must_be_longer_to_replace_an_earlier_one() -> None:
    mask = np.zeros((2, 6, 6))
    mask[0, 0, :3] = mask[1, 0, :4] = 1
    assert axes_of(mask).slice_z == 1


def test_the_largest_component_counts_not_the_longest() -> None:
    """The line of 6 is longer, the square of 9 pixels larger."""
    axes = axes_of(on_one_slice("XXXXXX", "......", "XXX...", "XXX...", "XXX..."))
    assert axes.long == Axis((2, 0), (4, 2))


def test_a_slice_of_far_components_does_not_hide_a_longer_line_elsewhere() -> None:
    """Slice 0 spans 8 columns, but its largest component is 3 long; slice 1 has a line of 5."""
    mask = np.zeros((2, 1, 9))
    mask[0, 0, [0, 1, 2, 8]] = 1
    mask[1, 0, 2:7] = 1
    axes = axes_of(mask)
    assert (axes.slice_z, axes.long) == (1, Axis((0, 2), (0, 6)))


def test_ends_are_in_voxels_of_the_whole_array() -> None:
    mask = np.zeros((128, 256, 256), dtype=np.uint8)
    mask[77, 100, 200:204] = 1
    axes = axes_of(mask)
    assert (axes.slice_z, axes.long) == (77, Axis((100, 200), (100, 203)))


def test_length_in_mm_weighs_rows_and_columns() -> None:
    """3 columns of 2 mm and 4 rows of 0.5 mm: sqrt(6² + 2²); the slices' 7 mm play no part."""
    assert Axis((0, 0), (4, 3)).length == 5
    assert Axis((0, 0), (4, 3)).length_mm((2.0, 0.5, 7.0)) == pytest.approx(math.sqrt(40))


# Masks made to exhaust: bounded memory, and still the definition's answer.


def measured_within(mask: Mask, megabytes: float) -> LesionAxes:
    box = cropped(mask)
    tracemalloc.start()
    try:
        axes = lesion_axes(box)
        assert axes is not None
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1e6
    finally:
        tracemalloc.stop()
    return axes


def test_a_voi_full_of_ones() -> None:
    axes = measured_within(np.ones((128, 256, 256), dtype=np.bool_), megabytes=60)
    assert axes.slice_z == 0
    assert axes.long == Axis((0, 0), (255, 255))
    assert axes.short == Axis((0, 255), (255, 0))


def test_a_comb_whose_every_pixel_is_boundary() -> None:
    """128 full rows joined by the first column: 32 896 boundary pixels, 541 million pairs.

    The longest line falls from the top right to the last row's only pixel, (255, -255). Of lines
    to the other side, (254, 255) is the longest: its cosine with it is -255/(360.6 · 359.9), which
    is 0.11 degrees off the perpendicular.
    """
    mask = np.zeros((1, 256, 256), dtype=np.bool_)
    mask[:, ::2] = True
    mask[:, :, 0] = True
    axes = measured_within(mask, megabytes=60)
    assert axes.long == Axis((0, 255), (255, 0))
    assert axes.short == Axis((0, 0), (254, 255))


def test_a_checkerboard_of_single_pixels() -> None:
    mask = np.indices((2, 256, 256)).sum(axis=0) % 2 == 0
    axes = measured_within(mask, megabytes=60)
    assert (axes.slice_z, axes.long, axes.short) == (0, Axis((0, 0), (0, 0)), Axis((0, 0), (0, 0)))
