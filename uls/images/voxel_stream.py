"""The voxel bytes of an image file as a stream, read once from front to back.

ITK's readers hold the whole stack, unpack a compressed one anew for each region, and pass a
truncated `.nii.gz` as whole; a stream here that is truncated or damaged raises.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import RawIOBase
from typing import Protocol

from uls.images.pixel_source import FROM_END, PixelSource
from uls.images.unpacking import unpacker

__all__ = ["Readable", "open_pixels"]

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
