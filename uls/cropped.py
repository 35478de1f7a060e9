"""A mask without its empty margins: what is measured, compared and kept of a VOI's mask."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["CroppedMask", "PackedMask", "cropped"]


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
    shape_z, shape_y, shape_x = mask.shape
    along_z = _any(mask, axis=(1, 2))
    if not along_z.any():
        empty = np.zeros((0, 0, 0), dtype=np.bool_)
        return CroppedMask(empty, (0, 0, 0), (shape_z, shape_y, shape_x))
    z = _extent(along_z)
    in_plane = _any(mask[z], axis=0)
    y, x = _extent(_any(in_plane, axis=1)), _extent(_any(in_plane, axis=0))
    corner = (int(z.start), int(y.start), int(x.start))
    return CroppedMask(mask[z, y, x] != 0, corner, (shape_z, shape_y, shape_x))


def _any(mask: npt.NDArray[Any], *, axis: int | tuple[int, ...]) -> npt.NDArray[np.bool_]:
    return np.asarray(mask.any(axis=axis), dtype=np.bool_)


def _extent(occupied: npt.NDArray[np.bool_]) -> slice:
    """Give the range from the first to the last true element of a row that has one."""
    first = int(occupied.argmax())
    last = occupied.size - 1 - int(occupied[::-1].argmax())
    return slice(first, last + 1)
