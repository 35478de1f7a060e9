"""One forward pass over the voxels of an image file that notices truncation.

SimpleITK reads the headers (geometry, voxel type); the voxels themselves we stream, because its
readers hold the whole stack, unpack a compressed one anew for each region, pass a truncated
`.nii.gz` as whole, and make 0 of what is NaN or infinite in a NIfTI file.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from uls.images.metaimage import locate_meta
from uls.images.nifti import locate_nifti
from uls.images.pixel_source import FROM_END, PixelSource
from uls.images.unpacking import unpacker
from uls.workshop.errors import InputError

__all__ = ["PixelSource", "Readable", "as_floats_if_scaled", "locate", "open_pixels"]

_HEADER_ERRORS = (
    *(OSError, EOFError, ValueError, KeyError, OverflowError),
    *(struct.error, zlib.error),
)
"""What a damaged header can raise."""

_CHUNK_BYTES = 1 << 18

_ZLIB_OR_GZIP, _GZIP = 47, 31
"""zlib's `wbits`: in MetaImage ITK takes zlib's own format and gzip's, in NIfTI only gzip's."""
_GZIP_MAGIC = b"\x1f\x8b"


class Readable(Protocol):
    """A stream that fills buffers from front to back; `finish` raises if it did not end well."""

    def readinto(self, buffer: memoryview) -> int:
        """Fill as much of the buffer as the stream still has; return the number of bytes."""

    def finish(self) -> None:
        """Raise `ValueError` or `OSError` when the stream is damaged behind the last voxel read."""


def locate(path: Path) -> PixelSource:
    """Find the voxels of a `.mha`, `.mhd`, `.nii` or `.nii.gz` file.

    Raises:
        InputError: the header is not one we can read.
        PermissionError: the file may not be read.
    """
    is_nifti = path.name.lower().endswith((".nii", ".nii.gz"))
    try:
        return locate_nifti(path) if is_nifti else locate_meta(path)
    except PermissionError:
        raise  # the caller says whose it is
    except _HEADER_ERRORS as error:
        kind = "NIfTI" if is_nifti else "MetaImage"
        is_ours = type(error) is ValueError
        raise InputError.about(
            path,
            expected=f"a readable {kind} header",
            found=str(error) if is_ours else f"{type(error).__name__}: {error}",
        ) from error


@contextmanager
def open_pixels(source: PixelSource) -> Iterator[Readable]:
    """Open the stream of voxel bytes, positioned on the first voxel."""
    if source.more_paths:
        yield _Several(source)
        return
    with source.path.open("rb", buffering=0) as file:
        if source.packing == "gzip":
            stream: Readable = _Packed(file, wbits=_GZIP)
            stream.readinto(memoryview(bytearray(source.offset)))
        else:
            _seek(file, source)
            stream = (
                _Packed(file, wbits=_ZLIB_OR_GZIP, limit=source.packed_bytes)
                if source.packing == "zlib"
                else _Raw(file)
            )
        yield stream


def _seek(file: RawIOBase, source: PixelSource) -> None:
    if source.offset == FROM_END:
        file.seek(-source.bytes_per_file, os.SEEK_END)
    else:
        file.seek(source.offset)


class _Several:
    """The raw voxels of several files, one after the other; one is open at a time."""

    def __init__(self, source: PixelSource) -> None:
        self._source = source
        self._read = 0

    def readinto(self, buffer: memoryview) -> int:
        return _fill(buffer, self._some)

    def _some(self, rest: memoryview) -> int:
        length = self._source.bytes_per_file
        index, at = divmod(self._read, length)
        if index == len(self._source.paths):
            return 0
        with self._source.paths[index].open("rb", buffering=0) as file:
            _seek(file, self._source)
            file.seek(at, os.SEEK_CUR)
            count = _fill(rest[: length - at], file.readinto)
        self._read += count
        return count

    def finish(self) -> None:
        """Nothing to verify: the files' lengths were checked with the header."""


class _Raw:
    def __init__(self, file: RawIOBase) -> None:
        self._file = file

    def readinto(self, buffer: memoryview) -> int:
        return _fill(buffer, self._file.readinto)

    def finish(self) -> None:
        """Nothing to verify: the length of a raw file was checked with its header."""


class _Packed:
    """A zlib stream, or the members of a gzip file one after the other (RFC 1952, section 2.2)."""

    def __init__(self, file: RawIOBase, *, wbits: int, limit: int | None = None) -> None:
        self._file = file
        self._left = limit
        self._wbits = wbits
        self._unpacker = unpacker(wbits)
        self._packed = b""

    def readinto(self, buffer: memoryview) -> int:
        return _fill(buffer, self._some)

    def _some(self, rest: memoryview) -> int:
        """Unpack a piece, at most as long as `rest`; 0 only at the stream's proper end."""
        while not self._unpacker.eof or self._next_member():
            packed = self._packed or self._read()
            piece = self._unpacker.decompress(packed, len(rest))
            self._packed = self._unpacker.unconsumed_tail
            if piece:
                rest[: len(piece)] = piece
                return len(piece)
            if not packed:
                raise EOFError("the file ends before its compressed voxels do")
        return 0

    def _read(self) -> bytes:
        """Read packed bytes, no more than the header announces."""
        wanted = _CHUNK_BYTES if self._left is None else min(self._left, _CHUNK_BYTES)
        packed = self._file.read(wanted) or b""
        if self._left is not None:
            self._left -= len(packed)
        return packed

    def _next_member(self) -> bool:
        if self._wbits != _GZIP:
            return False
        behind = self._unpacker.unused_data or self._read()
        if not behind.startswith(_GZIP_MAGIC):
            return False
        self._unpacker, self._packed = unpacker(self._wbits), behind
        return True

    def finish(self) -> None:
        """Read the stream's end, where zlib and gzip verify their checksums."""
        if self._some(memoryview(bytearray(1))):
            raise ValueError("more voxels than the header announces")


def _fill(buffer: memoryview, read_some: Callable[[memoryview], int | None]) -> int:
    """Call `read_some` until the buffer is full or the stream has ended."""
    filled = 0
    while filled < len(buffer):
        count = read_some(buffer[filled:])
        if not count:
            break
        filled += count
    return filled


def as_floats_if_scaled(voxels: npt.NDArray[Any], source: PixelSource) -> npt.NDArray[Any]:
    """Apply NIfTI's `scl_slope` and `scl_inter`; without them return the voxels in native order."""
    if not source.is_scaled:
        return voxels.astype(voxels.dtype.newbyteorder("="), copy=False)
    # To a float, in double precision, and then rounded once, as ITK does.
    floats = voxels.astype(source.dtype).astype(np.float64)
    return (floats * source.slope + source.intercept).astype(source.dtype)
