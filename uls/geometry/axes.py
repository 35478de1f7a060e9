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

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uls.geometry.axis import Axis, squared_length
from uls.geometry.component import largest_component
from uls.geometry.cropped import CroppedMask
from uls.geometry.short_axis import Slice, short_axis
from uls.geometry.slice_limits import squared_limits

__all__ = ["LesionAxes", "lesion_axes"]


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
    short = short_axis(_boundary(longest.component), longest.axis)
    z, y, x = mask.corner_zyx
    return LesionAxes(longest.z + z, _moved(longest.axis, y, x), _moved(short, y, x))


@dataclass(frozen=True, eq=False)
class _Line:
    """The longest line on one slice, and the component that it crosses."""

    z: int
    axis: Axis
    component: Slice

    @property
    def rank(self) -> tuple[int, int]:
        """Longer lines rank higher; of equally long ones the first slice's does."""
        return squared_length(self.axis), -self.z


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
        if (squared_length(_farthest_pixels(voxels[z])), -z) < rank:
            continue
        component = largest_component(voxels[z])
        line = _Line(z, _farthest_pixels(component), component)
        if line.rank > rank:
            longest = line
    return longest


def _farthest_pixels(pixels: Slice) -> Axis:
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


def _boundary(component: Slice) -> Slice:
    """Mark the pixels with a 4-neighbour outside the component; beyond the slice all is outside."""
    padded = np.pad(component, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return component & ~inner


def _moved(axis: Axis, down: int, right: int) -> Axis:
    (y0, x0), (y1, x1) = axis.start_yx, axis.end_yx
    return Axis((y0 + down, x0 + right), (y1 + down, x1 + right))
