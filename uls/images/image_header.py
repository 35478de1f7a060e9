"""What an image file's header says: SimpleITK reads where it lies, we where its voxels are.

Both must agree on size and voxel type, else the file is refused. Of a header that is just as
SimpleITK writes it we read both: no two programs understand such a one differently.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from uls.images.grid import Geometry
from uls.images.pixel_source import PixelSource
from uls.images.pixels import locate
from uls.images.plain_header import plain_geometry
from uls.images.unpacking import UNPACKING_ERRORS
from uls.images.voxel_stream import Readable, open_pixels
from uls.workshop.errors import InputError, no_permission_is

__all__ = [
    "IMAGE_SUFFIXES",
    "Geometry",
    "ImageHeader",
    "read_geometry",
    "read_image_header",
    "reading",
]

IMAGE_SUFFIXES = (".mha", ".mhd", ".nii.gz", ".nii")
"""File names whose voxels we read ourselves, in small or capital letters."""

_UNREADABLE: tuple[type[Exception], ...] = (OSError, EOFError, ValueError, *UNPACKING_ERRORS)


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
        raise InputError.about(path, expected="a readable image", found="no file")
    if not path.name.lower().endswith(IMAGE_SUFFIXES):
        expected = f"one of {', '.join(IMAGE_SUFFIXES)}"
        raise InputError.about(path, expected=expected, found=path.name)
    pixels = locate(path)
    geometry = _plain_geometry(path, pixels) or _geometry_by_itk(path, pixels)
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
        raise InputError.about(path, expected="a readable image", found="no file")
    return _geometry_by_itk(path)


@contextmanager
def reading(header: ImageHeader) -> Iterator[Readable]:
    """Open an image's voxels, with any trouble while they are read told as that of the file.

    Raises:
        InputError: the voxels are truncated or damaged.
    """
    try:
        with open_pixels(header.pixels) as stream:
            yield stream
    except _UNREADABLE as error:
        raise InputError.about(
            header.path, expected="voxels that can be unpacked to the end", found=f"{error}"
        ) from error


def _plain_geometry(path: Path, pixels: PixelSource) -> Geometry | None:
    """Read a header that is as SimpleITK writes it without SimpleITK, whose import is slow."""
    plain = plain_geometry(path)
    return Geometry(*plain) if plain is not None and plain[0] == pixels.size_xyz else None


def _geometry_by_itk(path: Path, pixels: PixelSource | None = None) -> Geometry:
    from uls.images.itk_header import geometry_by_itk  # noqa: PLC0415  (slow, and seldom needed)

    return geometry_by_itk(path, pixels)


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
