"""A mask without its empty margins: what is measured, compared and kept of a VOI's mask."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["CroppedMask", "PackedMask", "cropped", "cropped_slices"]


@dataclass(frozen=True, eq=False)
class CroppedMask:
    """The smallest box that holds all of a mask, and where it lies in the array it was cut from.

    An empty mask has an empty box: `voxels` of shape (0, 0, 0) at the corner (0, 0, 0).
    """

    voxels: npt.NDArray[np.bool_]
    corner_zyx: tuple[int, int, int]
    shape_zyx: tuple[int, int, int]

    @property
    def n_voxels(self) -> int:
        """How many voxels the mask has."""
        return int(np.count_nonzero(self.voxels))

    def holds(self, voxel_zyx: tuple[int, int, int]) -> bool:
        """Tell whether a voxel of the uncropped array lies in the mask."""
        index = tuple(i - c for i, c in zip(voxel_zyx, self.corner_zyx, strict=True))
        inside = all(0 <= i < n for i, n in zip(index, self.voxels.shape, strict=True))
        return inside and bool(self.voxels[index])

    def packed(self) -> "PackedMask":
        """Give the same mask at one bit a voxel."""
        z, y, x = self.voxels.shape
        return PackedMask(np.packbits(self.voxels), (z, y, x), self.corner_zyx, self.shape_zyx)


@dataclass(frozen=True, eq=False)
class PackedMask:
    """A cropped mask at one bit a voxel, to be kept while others are read."""

    bits: npt.NDArray[np.uint8]
    box_zyx: tuple[int, int, int]
    corner_zyx: tuple[int, int, int]
    shape_zyx: tuple[int, int, int]

    def unpacked(self) -> CroppedMask:
        """Give the mask that was packed."""
        n_voxels = self.box_zyx[0] * self.box_zyx[1] * self.box_zyx[2]
        voxels = np.unpackbits(self.bits, count=n_voxels).reshape(self.box_zyx).view(np.bool_)
        return CroppedMask(voxels, self.corner_zyx, self.shape_zyx)


def cropped(mask: npt.NDArray[Any]) -> CroppedMask:
    """Crop an array to its nonzero voxels.

    Args:
        mask: (z, y, x), any real dtype; every nonzero voxel belongs to the mask.

    Returns:
        A copy of the smallest box that holds the mask.
    """
    nonzero = np.asarray(mask != 0, dtype=np.bool_)
    return cropped_slices(nonzero, np.asarray(nonzero.any(axis=(1, 2)), dtype=np.bool_))


def cropped_slices(mask: npt.NDArray[np.bool_], occupied: npt.NDArray[np.bool_]) -> CroppedMask:
    """Crop a mask of which is known which slices hold anything.

    Args:
        mask: (z, y, x).
        occupied: (z,), true where a slice has a true voxel.

    Returns:
        A copy of the smallest box that holds the mask.
    """
    shape_z, shape_y, shape_x = mask.shape
    if not occupied.any():
        empty = np.zeros((0, 0, 0), dtype=np.bool_)
        return CroppedMask(empty, (0, 0, 0), (shape_z, shape_y, shape_x))
    z = _extent(occupied)
    in_plane = np.asarray(mask[z].any(axis=0))
    y, x = (_extent(np.asarray(in_plane.any(axis=axis))) for axis in (1, 0))
    corner = (int(z.start), int(y.start), int(x.start))
    return CroppedMask(mask[z, y, x].copy(), corner, (shape_z, shape_y, shape_x))


def _extent(occupied: npt.NDArray[np.bool_]) -> slice:
    """Give the range from the first to the last true element of a row that has one."""
    first = int(occupied.argmax())
    last = occupied.size - 1 - int(occupied[::-1].argmax())
    return slice(first, last + 1)
