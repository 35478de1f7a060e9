"""Where the voxels of an image file lie, as its header says."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

__all__ = ["FROM_END", "PixelSource"]

FROM_END = -1
"""Offset of voxels that end with their file."""


@dataclass(frozen=True)
class PixelSource:
    """Where the voxels lie: files, first byte, packing, voxel type with byte order, scaling.

    Attributes:
        path: the file, or the first of several that hold as many voxels each.
        offset: of the first voxel in each file, `FROM_END` if they end with the file.
        packing: how they are packed.
        stored_dtype: their type.
        packed_bytes: how many bytes the packed voxels take; None where the header does not say it.
        slope: voxels are stored values times this,
        intercept: plus this.
        more_paths: the other files.
        size_xyz: of the image; empty where it is not known.
    """

    path: Path
    offset: int
    packing: Literal["raw", "zlib", "gzip"]
    stored_dtype: np.dtype[Any]
    packed_bytes: int | None = None
    slope: float = 1.0
    intercept: float = 0.0
    more_paths: tuple[Path, ...] = ()
    size_xyz: tuple[int, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in the order of their voxels."""
        return (self.path, *self.more_paths)

    @property
    def bytes_per_file(self) -> int:
        """How many bytes of unpacked voxels each file holds."""
        return math.prod(self.size_xyz) * self.stored_dtype.itemsize // len(self.paths)

    @property
    def is_scaled(self) -> bool:
        """Whether the stored values are not yet the voxels' own (NIfTI)."""
        return (self.slope, self.intercept) != (1.0, 0.0)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the voxels as they are given: scaled ones are floats, as ITK makes them."""
        stored: np.dtype[Any] = self.stored_dtype.newbyteorder("=")
        if not self.is_scaled or stored == np.float64:
            return stored
        return np.dtype(np.float32)
