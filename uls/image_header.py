"""What an image file's header says: SimpleITK reads where it lies, we where its voxels are.

Both must agree on size and voxel type, else the file is refused.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from uls.errors import InputError, no_permission_is
from uls.grid import Geometry
from uls.itk_header import itk_information
from uls.pixels import PixelSource, Readable, locate, open_pixels

__all__ = [
    "IMAGE_SUFFIXES",
    "NUMBER_TYPES",
    "Geometry",
    "ImageHeader",
    "read_geometry",
    "read_image_header",
    "reading",
]

IMAGE_SUFFIXES = (".mha", ".mhd", ".nii.gz", ".nii")
"""File names whose voxels we read ourselves, in small or capital letters."""

NUMBER_TYPES = {
    **{sitk.sitkInt8: "i1", sitk.sitkUInt8: "u1", sitk.sitkInt16: "i2", sitk.sitkUInt16: "u2"},
    **{sitk.sitkInt32: "i4", sitk.sitkUInt32: "u4", sitk.sitkInt64: "i8", sitk.sitkUInt64: "u8"},
    **{sitk.sitkFloat32: "f4", sitk.sitkFloat64: "f8"},
}
"""SimpleITK's pixel types of one real number a voxel, and numpy's names for them."""


@dataclass(frozen=True)
class ImageHeader:
    """A verified header: three dimensions of single numbers, and all the bytes there."""

    path: Path
    geometry: Geometry
    pixels: PixelSource


@no_permission_is(InputError)
def read_image_header(path: Path) -> ImageHeader:
    """Read and verify the header of a MetaImage or NIfTI file, without its voxels.

    Raises:
        InputError: the file is missing, unreadable or truncated, or holds no such image.
    """
    if not path.is_file():
        raise InputError.about(path, expected="an image file", found="no file")
    if not path.name.lower().endswith(IMAGE_SUFFIXES):
        expected = f"one of {', '.join(IMAGE_SUFFIXES)}"
        raise InputError.about(path, expected=expected, found=path.name)
    pixels = locate(path)
    reader = itk_information(path)
    geometry = _geometry_of(reader, path)
    _check_agreement(path, reader, pixels)
    _check_length(path, pixels)
    return ImageHeader(path, geometry, pixels)


def read_geometry(path: Path) -> Geometry:
    """Read where an image of any format that SimpleITK knows lies.

    Raises:
        InputError: it is missing, damaged, or has other than 3 dimensions of single numbers.
    """
    if path.name.lower().endswith(IMAGE_SUFFIXES):
        return read_image_header(path).geometry
    if not path.exists():
        raise InputError.about(path, expected="an image file", found="no file")
    return _geometry_of(itk_information(path), path)


@contextmanager
def reading(header: ImageHeader) -> Iterator[Readable]:
    """Open an image's voxels, with any trouble while they are read told as that of the file.

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


def _geometry_of(reader: sitk.ImageFileReader, path: Path) -> Geometry:
    dimensions, values = reader.GetDimension(), reader.GetNumberOfComponents()
    if dimensions != 3 or values != 1:
        raise InputError.about(
            path,
            expected="3 dimensions, one value a voxel",
            found=f"{dimensions} dimensions, {values} values a voxel",
        )
    if reader.GetPixelID() not in NUMBER_TYPES:
        found = f"voxels of type {sitk.GetPixelIDValueAsString(reader.GetPixelID())}"
        raise InputError.about(path, expected="whole numbers or floats", found=found)
    return Geometry.of(reader)


def _check_agreement(path: Path, reader: sitk.ImageFileReader, pixels: PixelSource) -> None:
    """Refuse a header that SimpleITK and we understand differently."""
    theirs = (_drop_ones(reader.GetSize()), np.dtype(NUMBER_TYPES[reader.GetPixelID()]))
    ours = (_drop_ones(pixels.size_xyz), pixels.dtype)
    if theirs != ours:
        (size, dtype), (our_size, our_dtype) = theirs, ours
        raise InputError.about(
            path,
            expected=f"a header that says {our_size} voxels of {our_dtype} to every program",
            found=f"that SimpleITK reads {size} of {dtype}",
            hint="Save the image anew.",
        )


def _drop_ones(size: tuple[int, ...]) -> tuple[int, ...]:
    """Drop what follows the third axis where it is 1."""
    return size[:3] if all(n == 1 for n in size[3:]) else size


def _check_length(path: Path, source: PixelSource) -> None:
    """Compare the bytes on disk with what the header announces: truncation shows before any work.

    A gzip file tells its length only at its end, so its truncation shows while it is read. Behind
    packed voxels other bytes may follow, which ITK does not read either.
    """
    for file in source.paths:
        if not file.is_file():
            raise InputError.about(path, expected=f"its voxels in {file}", found="no file")
        found = file.stat().st_size - max(source.offset, 0)
        if source.packing == "gzip" or (source.packing == "zlib" and not source.packed_bytes):
            continue
        expected = source.packed_bytes or source.bytes_per_file
        is_too_long = found > expected and source.packing == "raw" and source.offset >= 0
        if found < expected or (is_too_long and not _ends_with_newline(file, found - expected)):
            what = "truncated" if found < expected else "too long"
            raise InputError.about(
                file, expected=f"{expected} bytes of voxels", found=f"{found}: the file is {what}"
            )


def _ends_with_newline(file: Path, extra: int) -> bool:
    """Tell whether all that is too much is the end of a line."""
    if extra > len(b"\r\n"):
        return False
    with file.open("rb") as content:
        content.seek(-extra, 2)
        return content.read() in (b"\n", b"\r\n")
