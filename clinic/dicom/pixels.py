"""Where a DICOM file's pixels lie, and whether they are all there: found without decoding any."""

import struct
from typing import BinaryIO

__all__ = ["FileError", "find_pixels"]

_UNDEFINED = 0xFFFFFFFF
_PIXEL_TAGS = {(0x7FE0, 0x0010), (0x7FE0, 0x0008), (0x7FE0, 0x0009)}
_ITEM, _END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)


class FileError(Exception):
    """A file that is DICOM and cannot be used; the message says why and quotes nothing of it.

    Attributes:
        series_uid: of the series that the file belongs to; empty where that is not known.
    """

    series_uid = ""


def find_pixels(file: BinaryIO, *, implicit: bool, big_endian: bool) -> tuple[int | None, int]:
    """Find the pixels' bytes in a file that was read up to them.

    Args:
        file: at the start of the element that holds the pixels, or at its end.
        implicit: whether elements are written without their type.
        big_endian: whether numbers are.

    Returns:
        Where the bytes begin, and how many there are; (None, 0) where the file has no pixels.

    Raises:
        FileError: the file ends before they do, or before its header does.
    """
    order = ">" if big_endian else "<"
    here = file.tell()
    size = file.seek(0, 2)
    if here > size:
        raise FileError("is cut short within its header")
    file.seek(here)
    start = file.read(8 if implicit else 12)
    if len(start) < 8 or struct.unpack(order + "HH", start[:4]) not in _PIXEL_TAGS:
        return None, 0
    if len(start) < (8 if implicit else 12):
        raise FileError("is cut short where its pixels begin")
    (length,) = struct.unpack(order + "I", start[-4:])
    begin = here + len(start)
    if length == _UNDEFINED:
        return begin, _walk_fragments(file, begin, size) - begin
    if begin + length > size:
        raise FileError(f"is cut short: {size - begin} of {length} bytes of pixels")
    return begin, length


def _walk_fragments(file: BinaryIO, begin: int, size: int) -> int:
    """Pass over the pieces of packed pixels, from length to length; give where they end."""
    at = begin
    while at + 8 <= size:
        file.seek(at)
        group, element, length = struct.unpack("<HHI", file.read(8))
        if (group, element) == _END:
            return at + 8
        if (group, element) != _ITEM or length == _UNDEFINED:
            raise FileError("is damaged: its packed pixels are not in pieces as they should be")
        at += 8 + length
    raise FileError(f"is cut short: its packed pixels do not end ({size - begin} bytes are there)")
