"""Stacked VOIs on disk: the header and its checks, and the VOIs read one after the other.

A stack is one image of 256×256 slices in which VOIs of 128 slices follow each other along z.
What is read is never held: peak memory is one VOI, whatever the length of the stack.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import VOI_SHAPE_ZYX, VOI_SLICES
from uls.images.image_header import (
    IMAGE_SUFFIXES,
    Geometry,
    ImageHeader,
    read_image_header,
    reading,
)
from uls.images.pixels import as_floats_if_scaled
from uls.images.voxel_stream import Readable
from uls.workshop.errors import InputError

__all__ = [
    "IMAGE_SUFFIXES",
    "Geometry",
    "StackHeader",
    "read_header",
    "read_vois",
    "reading",
    "stack_name",
]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StackHeader(ImageHeader):
    """What a stack's header says, verified: its slices are 256×256 and divide into VOIs."""

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return stack_name(self.path)

    @property
    def n_vois(self) -> int:
        """How many VOIs lie in the stack."""
        return self.geometry.size_xyz[2] // VOI_SLICES

    @property
    def is_scaled(self) -> bool:
        """Whether the stored values are not yet the voxels' own (NIfTI)."""
        return self.pixels.is_scaled

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the voxels that `read_vois` gives."""
        return self.pixels.dtype


def stack_name(path: Path | str) -> str:
    """Give a file's name without `.mha`, `.mhd`, `.nii` or `.nii.gz`."""
    name = Path(path).name
    suffix = next((s for s in IMAGE_SUFFIXES if name.lower().endswith(s)), "")
    return name.removesuffix(name[len(name) - len(suffix) :]) if suffix else name


def read_header(path: Path) -> StackHeader:
    """Read and verify a stack's header, without its voxels.

    Raises:
        InputError: the file is missing, unreadable or truncated, or is no stack of VOIs.
    """
    header = read_image_header(path)
    _check_size(path, header.geometry)
    return StackHeader(path=path, geometry=header.geometry, pixels=header.pixels)


def _check_size(path: Path, geometry: Geometry) -> None:
    x, y, z = geometry.size_xyz
    slices, rows, columns = VOI_SHAPE_ZYX
    if (x, y) != (columns, rows):
        raise InputError.about(
            path, expected=f"slices of {columns}×{rows} (x×y) voxels", found=f"{x}×{y}"
        )
    if z == 0 or z % slices:
        raise InputError.about(
            path,
            expected=f"a z size that is a multiple of {slices} (the slices of one VOI)",
            found=f"{z}",
        )


def read_vois(header: StackHeader) -> Iterator[npt.NDArray[Any]]:
    """Give the stack's VOIs one after the other.

    Yields:
        Arrays of shape (128, 256, 256), (z, y, x), of the header's dtype, each the caller's own.

    Raises:
        InputError: the voxels are truncated, damaged, or not finite.
    """
    with reading(header) as stream:
        for index in range(header.n_vois):
            yield _next_voi(stream, header, index)
        stream.finish()


def _next_voi(stream: Readable, header: StackHeader, index: int) -> npt.NDArray[Any]:
    stored = np.empty(VOI_SHAPE_ZYX, dtype=header.pixels.stored_dtype)
    filled = stream.readinto(stored.reshape(-1).view(np.uint8).data)
    if filled != stored.nbytes:
        raise EOFError(f"the voxels end inside VOI {index} of {header.n_vois}")
    voi = as_floats_if_scaled(stored, header.pixels)
    if voi.dtype.kind == "f" and not np.isfinite(voi).all():
        bad = int(np.count_nonzero(~np.isfinite(voi)))
        raise InputError.about(
            f"{header.path}, VOI {index}",
            expected="finite HU values",
            found=f"{bad} voxels NaN or infinite",
        )
    return voi
