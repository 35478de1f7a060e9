"""Long and short axis of a lesion: the two perpendicular diameters of its widest axial slice.

The definition (ULS23's evaluation; de Grauw et al. 2025, after RECIST 1.1) compares all pairs of
boundary pixels. Both axes come out the same with less work:

- the farthest two pixels of a set are corners of its convex hull, hence first or last in their row:
  at most two pixels a row stand for the whole boundary;
- length and angle of a pair depend only on the vector between its pixels, and a slice of 256×256
  has at most 130 560 such vectors (up to sign), however many pairs its boundary has
  (`uls.geometry.vectors`);
- slices that cannot hold the longest line are passed over (`uls.geometry.slice_limits`).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uls.geometry.component import largest_component
from uls.geometry.cropped import CroppedMask
from uls.geometry.slice_limits import squared_limits
from uls.geometry.vectors import vectors_between
from uls.geometry.voi import Spacing

__all__ = ["Axis", "LesionAxes", "lesion_axes"]

_Numbers = npt.NDArray[np.intp]
_Slice = npt.NDArray[np.bool_]

_SURELY_WITHIN_2_DEGREES = math.sin(math.radians(1.999)) ** 2
_PERHAPS_WITHIN_2_DEGREES = math.sin(math.radians(2.001)) ** 2
"""Squared sines, a thousandth of a degree apart from 2, which no rounding of an angle reaches."""


@dataclass(frozen=True)
class Axis:
    """A line between the centres of two pixels of one axial slice, (y, x) each."""

    start_yx: tuple[int, int]
    end_yx: tuple[int, int]

    @property
    def length(self) -> float:
        """Length in pixels."""
        return math.sqrt(_squared_length(self))

    def length_mm(self, spacing_mm: Spacing) -> float:
        """Length in mm of this same line, given the voxel spacing along (x, y, z) in mm."""
        (y0, x0), (y1, x1) = self.start_yx, self.end_yx
        return math.hypot((x1 - x0) * spacing_mm[0], (y1 - y0) * spacing_mm[1])


@dataclass(frozen=True)
class LesionAxes:
    """The axial slice on which a lesion is longest, and its two axes there."""

    slice_z: int
    long: Axis
    short: Axis


def lesion_axes(mask: CroppedMask) -> LesionAxes | None:
    """Measure a mask's long and short axis, in voxels of the array that it was cropped from.

    Of each axial slice the largest 4-connected component counts (of equally large ones, the first
    met in row order). The long axis is the longest line between two of its boundary pixels; of
    equally long lines, the first by slice, then in row order of start and end. The short axis is
    the longest line between two boundary pixels on that slice that deviates from the perpendicular
    by less than t degrees, t being the smallest of 1, 2, 3, … that any line satisfies.

    Returns:
        The axes; both of length 0 where no slice has two connected pixels, None for an empty mask.
    """
    longest = _longest_line(mask.voxels)
    if longest is None:
        return None
    short = _short_axis(_boundary(longest.component), longest.axis)
    z, y, x = mask.corner_zyx
    return LesionAxes(longest.z + z, _moved(longest.axis, y, x), _moved(short, y, x))


@dataclass(frozen=True, eq=False)
class _Line:
    """The longest line on one slice, and the component that it crosses."""

    z: int
    axis: Axis
    component: _Slice

    @property
    def rank(self) -> tuple[int, int]:
        """Longer lines rank higher; of equally long ones the first slice's does."""
        return _squared_length(self.axis), -self.z


def _longest_line(voxels: npt.NDArray[np.bool_]) -> _Line | None:
    """Find the longest line, slice by slice from the one where the longest would fit.

    Labelling is the dear part: a slice that all its pixels together do not make long enough is
    passed over before it.
    """
    limits = squared_limits(voxels)
    longest: _Line | None = None
    for z in np.argsort(-limits, kind="stable").tolist():
        rank = longest.rank if longest else (0, -len(voxels))
        if (limits[z], -z) < rank:
            break
        if (_squared_length(_farthest_pixels(voxels[z])), -z) < rank:
            continue
        component = largest_component(voxels[z])
        line = _Line(z, _farthest_pixels(component), component)
        if line.rank > rank:
            longest = line
    return longest


def _squared_length(axis: Axis) -> int:
    (y0, x0), (y1, x1) = axis.start_yx, axis.end_yx
    return (y1 - y0) ** 2 + (x1 - x0) ** 2


def _farthest_pixels(pixels: _Slice) -> Axis:
    """Find the longest line: of equally long ones, the first in row order of start, then end."""
    rows = np.flatnonzero(pixels.any(axis=1))
    first = pixels[rows].argmax(axis=1)
    last = pixels.shape[1] - 1 - pixels[rows, ::-1].argmax(axis=1)
    widest = np.maximum(last[None, :] - first[:, None], last[:, None] - first[None, :])
    squared = (rows[None, :] - rows[:, None]) ** 2 + widest**2
    longest = squared.max()
    top = int(squared.max(axis=1).argmax())
    sides = np.stack([first, last], axis=1).ravel()
    ends = np.stack([np.repeat(rows, 2), sides], axis=1)[2 * top :]
    for start in ends[:2]:
        reached = ((ends - start) ** 2).sum(axis=1) == longest
        if reached.any():
            break
    (y0, x0), (y1, x1) = start.tolist(), ends[reached.argmax()].tolist()
    return Axis((y0, x0), (y1, x1))


def _boundary(component: _Slice) -> _Slice:
    """Mark the pixels with a 4-neighbour outside the component; beyond the slice all is outside."""
    padded = np.pad(component, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return component & ~inner


def _short_axis(boundary: _Slice, long_axis: Axis) -> Axis:
    """Find the longest line, of those closest to a right angle with the long axis."""
    vectors = vectors_between(boundary)
    if not len(vectors):
        return Axis(long_axis.start_yx, long_axis.start_yx)
    vectors = _nearly_perpendicular(vectors, long_axis)
    deviation = _degrees_off_perpendicular(vectors, long_axis)
    tolerance = math.floor(float(deviation.min())) + 1
    allowed = vectors[deviation < tolerance]
    squared = (allowed**2).sum(axis=1)
    return _first_line(boundary, allowed[squared == squared.max()])


def _nearly_perpendicular(vectors: _Numbers, axis: Axis) -> _Numbers:
    """Drop vectors that are too oblique to count beside the others; all stay if all are oblique.

    Where one lies less than 2 degrees off the perpendicular, the tolerance is 1 or 2 degrees, and
    none beyond 2 counts. Sines decide that here, with a margin, so that the angle as the definition
    has it is worked out for few.
    """
    (y0, x0), (y1, x1) = axis.start_yx, axis.end_yx
    y, x = vectors[:, 0], vectors[:, 1]
    squared_dots = (y * (y1 - y0) + x * (x1 - x0)) ** 2
    squared_sines = squared_dots / ((y * y + x * x) * _squared_length(axis))
    if squared_sines.min() > _SURELY_WITHIN_2_DEGREES:
        return vectors
    return np.asarray(vectors[squared_sines < _PERHAPS_WITHIN_2_DEGREES])


def _degrees_off_perpendicular(vectors: _Numbers, axis: Axis) -> npt.NDArray[np.float64]:
    """Angle between each vector and the axis, as its distance from 90 degrees.

    Written out as the definition has it, arccos of the clipped cosine: a vector at exactly 45
    degrees lies on either side of a tolerance of 45 by the rounding of these very steps.
    """
    along = np.subtract(axis.end_yx, axis.start_yx)
    lengths = np.sqrt((vectors**2).sum(axis=1)) * np.sqrt((along**2).sum())
    cosines = np.clip(vectors @ along / lengths, -1, 1)
    return np.asarray(np.abs(np.degrees(np.arccos(cosines)) - 90), dtype=np.float64)


def _first_line(boundary: _Slice, vectors: _Numbers) -> Axis:
    """Find the first place, in row order, where one of these vectors joins two boundary pixels."""
    lines = (_first_with_vector(boundary, int(down), int(right)) for down, right in vectors)
    return min(lines, key=lambda line: (line.start_yx, line.end_yx))


def _first_with_vector(boundary: _Slice, down: int, right: int) -> Axis:
    height, width = boundary.shape
    left = max(0, -right)
    starts = boundary[: height - down, left : width - max(0, right)]
    ends = boundary[down:, left + right : width + min(0, right)]
    y, x = divmod(int((starts & ends).argmax()), starts.shape[1])
    return Axis((y, x + left), (y + down, x + left + right))


def _moved(axis: Axis, down: int, right: int) -> Axis:
    (y0, x0), (y1, x1) = axis.start_yx, axis.end_yx
    return Axis((y0 + down, x0 + right), (y1 + down, x1 + right))
