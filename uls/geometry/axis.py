"""A line in an axial slice, from the centre of one pixel to that of another."""

import math
from dataclasses import dataclass

from uls.geometry.voi import Spacing

__all__ = ["Axis", "squared_length"]


@dataclass(frozen=True)
class Axis:
    """A line between the centres of two pixels of one axial slice, (y, x) each."""

    start_yx: tuple[int, int]
    end_yx: tuple[int, int]

    @property
    def length(self) -> float:
        """Length in pixels."""
        return math.sqrt(squared_length(self))

    def length_mm(self, spacing_mm: Spacing) -> float:
        """Length in mm of this same line, given the voxel spacing along (x, y, z) in mm."""
        (y0, x0), (y1, x1) = self.start_yx, self.end_yx
        return math.hypot((x1 - x0) * spacing_mm[0], (y1 - y0) * spacing_mm[1])


def squared_length(axis: Axis) -> int:
    """Return the squared length in pixels, without rounding."""
    (y0, x0), (y1, x1) = axis.start_yx, axis.end_yx
    return (y1 - y0) ** 2 + (x1 - x0) ** 2
