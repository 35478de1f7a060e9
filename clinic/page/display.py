"""A scan as a radiologist looks at it: x to the patient's left, y to the back, z to the head.

The page counts voxels of this turned array; all places that it sends pass through here.
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clinic.lesions.lesion import Lesion
from clinic.scans.grid import Axial, Grid, Point
from clinic.scans.scan import Scan
from uls.geometry.cropped import CroppedMask

__all__ = ["PLANES", "Display", "Plane"]

Plane = Literal["axial", "coronal", "sagittal"]

PLANES: dict[Plane, int] = {"axial": 0, "coronal": 1, "sagittal": 2}
"""The axis of the turned array across each plane."""


class Display:
    """A scan as the page shows it."""

    def __init__(self, scan: Scan) -> None:
        self.turn = _turn(scan.grid)
        self._hu = self.turn.view(scan.hu)
        self.shape_zyx: tuple[int, ...] = self._hu.shape
        self.spacing_mm = self.turn.spacing_mm

    def slice_bytes(self, plane: Plane, index: int) -> bytes:
        """Give a slice as int16 HU, little-endian, row by row.

        Raises:
            IndexError: there is no such slice.
        """
        axis = PLANES[plane]
        if not 0 <= index < self.shape_zyx[axis]:
            raise IndexError(index)
        hu = np.take(self._hu, index, axis=axis)
        return np.ascontiguousarray(np.clip(hu, -32768, 32767), "<i2").tobytes()

    def stored_xyz(self, place_zyx: tuple[float, float, float]) -> Point:
        """Give the place in the scan's array, (x, y, z), of one of the page."""
        z, y, x = self.turn.stored(place_zyx)
        return x, y, z

    def shown(self, stored_xyz: Point) -> Point:
        """Give the place on the page, (z, y, x), of one in the scan's array."""
        return self.turn.turned(stored_xyz[::-1])

    def mask(self, lesion: Lesion) -> CroppedMask:
        """Give a lesion's mask as the page shows it."""
        mask = lesion.mask
        if not mask.voxels.size:
            return mask
        voxels = np.flip(mask.voxels.transpose(self.turn.order), self.turn.reversed_axes)
        far: Any = [c + n - 1 for c, n in zip(mask.corner_zyx, mask.voxels.shape, strict=True)]
        ends = self.turn.index(mask.corner_zyx), self.turn.index(far)
        z, y, x = (min(pair) for pair in zip(*ends, strict=True))
        shape: Any = self.shape_zyx
        return CroppedMask(np.ascontiguousarray(voxels), (z, y, x), shape)


def _turn(grid: Grid) -> Axial:
    axial = grid.axial
    lps: npt.NDArray[Any] = grid.directions[::-1, ::-1]
    order = axial.order
    backwards = tuple(row for row in range(3) if lps[row, order[row]] < 0)
    return Axial(order, backwards, axial.shape_zyx, axial.spacing_mm)
