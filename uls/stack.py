"""Stacked VOIs on disk: the header and its checks, and the VOIs read one after the other.

A stack is one image of 256×256 slices in which VOIs of 128 slices follow each other along z.
What is read is never held: peak memory is one VOI, whatever the length of the stack.
"""

import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.errors import InputError, no_permission_is
from uls.pixels import PixelSource, Readable, as_floats_if_scaled, locate, open_pixels
from uls.voi import VOI_SHAPE_ZYX, VOI_SLICES

__all__ = [
    "IMAGE_SUFFIXES",
    "Geometry",
    "StackHeader",
    "read_header",
    "read_vois",
    "reading",
    "stack_name",
]

IMAGE_SUFFIXES = (".mha", ".mhd", ".nii.gz", ".nii")
"""File names that are read as stacks."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Geometry:
    """Where an image lies in space; all in SimpleITK's (x, y, z) order, mm, LPS."""

    size_xyz: tuple[int, int, int]
    spacing_xyz: tuple[float, ...]
    origin_xyz: tuple[float, ...]
    direction: tuple[float, ...]


@dataclass(frozen=True)
class StackHeader:
    """What a stack's header says, verified: its slices are 256×256 and divide into VOIs."""

    path: Path
    geometry: Geometry
    pixels: PixelSource

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
        return (self.pixels.slope, self.pixels.intercept) != (1.0, 0.0)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the voxels that `read_vois` gives."""
        return (
            np.dtype(np.float32) if self.is_scaled else self.pixels.stored_dtype.newbyteorder("=")
        )


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
    if not path.is_file():
        raise InputError.about(path, expected="an image file", found="no file")
    if not path.name.lower().endswith(IMAGE_SUFFIXES):
        raise InputError.about(
            path, expected=f"one of {', '.join(IMAGE_SUFFIXES)}", found=path.name
        )
    with no_permission_is(InputError):
        path.open("rb").close()  # SimpleITK does not say why it cannot
    geometry = _read_geometry(path)
    _check_size(path, geometry)
    header = StackHeader(path=path, geometry=geometry, pixels=locate(path))
    _check_length(header)
    return header


def _read_geometry(path: Path) -> Geometry:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise InputError.about(path, expected="a readable image header", found=reason) from error
    if reader.GetDimension() != 3 or reader.GetNumberOfComponents() != 1:
        found = (
            f"{reader.GetDimension()} dimensions, {reader.GetNumberOfComponents()} values a voxel"
        )
        raise InputError.about(path, expected="3 dimensions, one value a voxel", found=found)
    x, y, z = reader.GetSize()
    return Geometry(
        size_xyz=(x, y, z),
        spacing_xyz=reader.GetSpacing(),
        origin_xyz=reader.GetOrigin(),
        direction=reader.GetDirection(),
    )


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


def _check_length(header: StackHeader) -> None:
    """Compare the bytes on disk with what the header announces: truncation shows before any work.

    A gzip file tells its length only at its end, so its truncation shows while it is read.
    """
    source = header.pixels
    if not source.path.is_file():
        raise InputError.about(
            header.path, expected=f"its voxels in {source.path}", found="no file"
        )
    raw_bytes = int(np.prod(header.geometry.size_xyz)) * source.stored_dtype.itemsize
    expected = {"raw": raw_bytes, "zlib": source.packed_bytes, "gzip": None}[source.packing]
    found = source.path.stat().st_size - source.offset
    if expected is not None and found != expected:
        raise InputError.about(
            source.path,
            expected=f"{expected} bytes of voxels",
            found=f"{found}: the file is {'truncated' if found < expected else 'too long'}",
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


@contextmanager
def reading(header: StackHeader) -> Iterator[Readable]:
    """Open a stack's voxels, with any trouble while they are read told as that of the file.

    Raises:
        InputError: the voxels are truncated or damaged.
    """
    try:
        with open_pixels(header.pixels) as stream:
            yield stream
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError.about(
            header.path, expected="voxels that can be unpacked to the end", found=f"{error}"
        ) from error


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
