"""The points in space at which a scene is rendered: an axis-aligned grid in patient millimetres."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import Spacing

__all__ = ["Box", "FloatArray", "Grid", "Point"]

FloatArray = npt.NDArray[np.floating]

Point = tuple[float, float, float]
"""A place in mm, (z, y, x): z rises to the head, y to the back, x to the patient's left."""

Box = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Grid:
    """Voxel centres along each axis, in mm: three rising 1-D arrays of one float dtype."""

    z: FloatArray
    y: FloatArray
    x: FloatArray

    @classmethod
    def around(
        cls,
        centre: Point,
        *,
        shape_zyx: tuple[int, int, int],
        spacing: Spacing,
        dtype: type[np.floating] = np.float32,
    ) -> Self:
        """Give the grid whose voxel `shape_zyx // 2` lies on `centre`; `spacing`: (x, y, z) mm."""
        axes = (
            (middle + (np.arange(size) - size // 2) * step).astype(dtype)
            for middle, size, step in zip(centre, shape_zyx, spacing[::-1], strict=True)
        )
        return cls(*axes)

    @property
    def axes(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The three coordinates shaped to broadcast to (z, y, x)."""
        return self.z[:, None, None], self.y[None, :, None], self.x[None, None, :]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along (z, y, x)."""
        return self.z.size, self.y.size, self.x.size

    def zeros(self, value: float = 0.0) -> FloatArray:
        """Give a (z, y, x) array of the grid's dtype, filled with `value`."""
        return np.full(self.shape, value, dtype=self.z.dtype)

    def near(self, low: Point, high: Point) -> Box:
        """Give the slices of the voxels between two corners; empty slices where there are none."""
        z, y, x = (
            slice(int(np.searchsorted(axis, a)), int(np.searchsorted(axis, b, side="right")))
            for axis, a, b in zip((self.z, self.y, self.x), low, high, strict=True)
        )
        return z, y, x

    def part(self, box: Box) -> "Grid":
        """Give the sub-grid inside a box of slices."""
        return Grid(self.z[box[0]], self.y[box[1]], self.x[box[2]])

    def slices(self, start: int, stop: int) -> "Grid":
        """Give the sub-grid of some axial slices."""
        return Grid(self.z[start:stop], self.y, self.x)
