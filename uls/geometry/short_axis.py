"""The short axis of a lesion: the longest line at a right angle, or nearly, to the long one."""

import math

import numpy as np
import numpy.typing as npt

from uls.geometry.axis import Axis, squared_length
from uls.geometry.vectors import vectors_between

__all__ = ["Slice", "short_axis"]


_Numbers = npt.NDArray[np.intp]
Slice = npt.NDArray[np.bool_]
_SURELY_WITHIN_2_DEGREES = math.sin(math.radians(1.999)) ** 2
_PERHAPS_WITHIN_2_DEGREES = math.sin(math.radians(2.001)) ** 2
"""Squared sines, a thousandth of a degree apart from 2, which no rounding of an angle reaches."""


def short_axis(boundary: Slice, long_axis: Axis) -> Axis:
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
    squared_sines = squared_dots / ((y * y + x * x) * squared_length(axis))
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


def _first_line(boundary: Slice, vectors: _Numbers) -> Axis:
    """Find the first place, in row order, where one of these vectors joins two boundary pixels."""
    lines = (_first_with_vector(boundary, int(down), int(right)) for down, right in vectors)
    return min(lines, key=lambda line: (line.start_yx, line.end_yx))


def _first_with_vector(boundary: Slice, down: int, right: int) -> Axis:
    height, width = boundary.shape
    left = max(0, -right)
    starts = boundary[: height - down, left : width - max(0, right)]
    ends = boundary[down:, left + right : width + min(0, right)]
    y, x = divmod(int((starts & ends).argmax()), starts.shape[1])
    return Axis((y, x + left), (y + down, x + left + right))
