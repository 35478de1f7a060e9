"""Where the voxels of an image file lie, and one forward pass over them that notices truncation.

SimpleITK reads the headers (geometry, voxel type); the voxels themselves we stream, because its
readers hold the whole stack, unpack a compressed one anew for each region, and pass a truncated
`.nii.gz` as whole.
"""

import gzip
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from uls.errors import InputError

__all__ = ["PixelSource", "Readable", "as_floats_if_scaled", "locate", "open_pixels"]

_META_TYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
"""MetaImage element types, and numpy's names for them."""

_NIFTI_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4"}
"""NIfTI-1 datatype codes (nifti1.h), and numpy's names for them."""

_HEADER_ERRORS = (
    *(OSError, EOFError, ValueError, KeyError, OverflowError),
    *(struct.error, zlib.error),
)
"""What a damaged header can raise."""

_NIFTI_HEADER_BYTES = 348
_NIFTI_LARGEST_OFFSET = 1 << 26
"""64 MiB: header extensions are kilobytes, and what lies before the voxels is skipped in memory."""
_META_HEADER_LIMIT = 65536
_CHUNK_BYTES = 1 << 18

_ZLIB, _GZIP = 15, 31
"""zlib's `wbits` for its own format and for gzip's."""
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class PixelSource:
    """Where the voxels lie: file, first byte, packing, voxel type with byte order, scaling."""

    path: Path
    offset: int
    packing: Literal["raw", "zlib", "gzip"]
    stored_dtype: np.dtype[Any]
    packed_bytes: int | None = None
    slope: float = 1.0
    intercept: float = 0.0


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
    """
    try:
        return _locate_nifti(path) if ".nii" in path.name.lower() else _locate_meta(path)
    except _HEADER_ERRORS as error:
        raise InputError.about(
            path,
            expected="a readable MetaImage or NIfTI header",
            found=f"{type(error).__name__}: {error}",
        ) from error


def _locate_meta(path: Path) -> PixelSource:
    fields, header_bytes = _meta_fields(path)
    compressed = fields.get("CompressedData", "False").lower() == "true"
    msb = fields.get("BinaryDataByteOrderMSB", fields.get("ElementByteOrderMSB", "False"))
    dtype = np.dtype((">" if msb.lower() == "true" else "<") + _META_TYPES[fields["ElementType"]])
    if fields.get("BinaryData", "True").lower() != "true":
        raise ValueError("voxels stored as text (BinaryData = False)")
    packed = int(float(fields["CompressedDataSize"])) if "CompressedDataSize" in fields else None
    data_file = fields["ElementDataFile"]
    local = data_file.upper() == "LOCAL"
    if not local and (
        data_file.upper() == "LIST" or "%" in data_file or Path(data_file).name != data_file
    ):
        raise ValueError(
            f"ElementDataFile = {data_file}, where one file in the same folder is expected"
        )
    return PixelSource(
        path=path if local else path.with_name(data_file),
        offset=header_bytes if local else _header_size(fields),
        packing="zlib" if compressed else "raw",
        stored_dtype=dtype,
        packed_bytes=packed if compressed else None,
    )


def _header_size(fields: dict[str, str]) -> int:
    size = int(fields.get("HeaderSize", "0"))
    if size < 0:
        raise ValueError(
            f"HeaderSize = {size}, where the number of bytes before the voxels is expected"
        )
    return size


def _meta_fields(path: Path) -> tuple[dict[str, str], int]:
    """Read `key = value` lines up to ElementDataFile, which ends a MetaImage header."""
    fields: dict[str, str] = {}
    with path.open("rb") as file:
        while "ElementDataFile" not in fields:
            line = file.readline(_META_HEADER_LIMIT)
            key, equals, value = line.decode("ascii").partition("=")
            if not equals or file.tell() > _META_HEADER_LIMIT:
                raise ValueError("no line 'ElementDataFile = …' where a MetaImage header has one")
            fields[key.strip()] = value.strip()
        return fields, file.tell()


def _locate_nifti(path: Path) -> PixelSource:
    packed = path.name.lower().endswith(".gz")
    with gzip.open(path) if packed else path.open("rb") as file:
        header = file.read(_NIFTI_HEADER_BYTES)
    order = "<" if header[:4] == struct.pack("<i", _NIFTI_HEADER_BYTES) else ">"
    if struct.unpack_from(order + "i", header)[0] != _NIFTI_HEADER_BYTES:
        raise ValueError("not a NIfTI-1 file (its first field is not 348)")
    (code,) = struct.unpack_from(order + "h", header, 70)
    if code not in _NIFTI_TYPES:
        raise ValueError(f"NIfTI datatype {code} is not one of {sorted(_NIFTI_TYPES)}")
    offset, slope, intercept = struct.unpack_from(order + "3f", header, 108)
    if not 0 <= offset <= _NIFTI_LARGEST_OFFSET:
        raise ValueError(f"vox_offset = {offset:g}, where the voxels' first byte is expected")
    return PixelSource(
        path=path,
        offset=int(offset),
        packing="gzip" if packed else "raw",
        stored_dtype=np.dtype(order + _NIFTI_TYPES[code]),
        slope=slope if slope and np.isfinite(slope) else 1.0,
        intercept=intercept if slope and np.isfinite(intercept) else 0.0,
    )


@contextmanager
def open_pixels(source: PixelSource) -> Iterator[Readable]:
    """Open the stream of voxel bytes, positioned on the first voxel."""
    with source.path.open("rb", buffering=0) as file:
        if source.packing == "gzip":
            stream: Readable = _Packed(file, wbits=_GZIP)
            stream.readinto(memoryview(bytearray(source.offset)))
        else:
            file.seek(source.offset)
            stream = _Packed(file, wbits=_ZLIB) if source.packing == "zlib" else _Raw(file)
        yield stream


class _Raw:
    def __init__(self, file: RawIOBase) -> None:
        self._file = file

    def readinto(self, buffer: memoryview) -> int:
        return _fill(buffer, self._file.readinto)

    def finish(self) -> None:
        """Nothing to verify: the length of a raw file was checked with its header."""


class _Packed:
    """A zlib stream, or the members of a gzip file one after the other (RFC 1952, section 2.2)."""

    def __init__(self, file: RawIOBase, *, wbits: int) -> None:
        self._file = file
        self._wbits = wbits
        self._unpacker = zlib.decompressobj(wbits)
        self._packed = b""

    def readinto(self, buffer: memoryview) -> int:
        return _fill(buffer, self._some)

    def _some(self, rest: memoryview) -> int:
        """Unpack a piece, at most as long as `rest`; 0 only at the stream's proper end."""
        while not self._unpacker.eof or self._next_member():
            packed = self._packed or self._file.read(_CHUNK_BYTES) or b""
            piece = self._unpacker.decompress(packed, len(rest))
            self._packed = self._unpacker.unconsumed_tail
            if piece:
                rest[: len(piece)] = piece
                return len(piece)
            if not packed:
                raise EOFError("the file ends before its compressed voxels do")
        return 0

    def _next_member(self) -> bool:
        behind = self._unpacker.unused_data or self._file.read(_CHUNK_BYTES) or b""
        if self._wbits != _GZIP or not behind.startswith(_GZIP_MAGIC):
            return False
        self._unpacker, self._packed = zlib.decompressobj(self._wbits), behind
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
    if source.slope == 1.0 and source.intercept == 0.0:
        return voxels.astype(voxels.dtype.newbyteorder("="), copy=False)
    return (voxels * np.float32(source.slope) + np.float32(source.intercept)).astype(np.float32)
