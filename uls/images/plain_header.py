"""The geometry of a MetaImage whose header is plain, read without SimpleITK, whose import is slow.

Plain is what SimpleITK and we write for an axial stack: three dimensions, one value a voxel, axes
along x, y and z, each field once, on a line of its own, with a single blank between numbers. All
else is for SimpleITK to read.
"""

import re
from pathlib import Path

__all__ = ["PlainGeometry", "plain_geometry"]

Lengths = tuple[float, float, float]
PlainGeometry = tuple[tuple[int, int, int], Lengths, Lengths, tuple[float, ...]]
"""Size, spacing, origin, all (x, y, z), and direction, as SimpleITK gives them."""

_MOST_BYTES = 4096
_LAST = b"\nElementDataFile = LOCAL\n"

_FIXED = {
    "ObjectType": "Image",
    "NDims": "3",
    "BinaryData": "True",
    "TransformMatrix": "1 0 0 0 1 0 0 0 1",
}
_NUMBERS = ("DimSize", "ElementSpacing", "Offset")
_YES_OR_NO = ("BinaryDataByteOrderMSB", "CompressedData")
_OF_NO_CONCERN = {
    *("CompressedDataSize", "CenterOfRotation", "AnatomicalOrientation", "ElementType"),
}
"""Fields that may be there and have no say in the geometry."""

_LINE = re.compile(r"([A-Za-z]+) = (\S(?:.*\S)?)")
_WHOLE = re.compile(r"[1-9]\d{0,8}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]\d\d)?")
_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def plain_geometry(path: Path) -> PlainGeometry | None:
    """Return a plain header's geometry; None for any other file.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        header, last, _ = file.read(_MOST_BYTES).partition(_LAST)
    fields = _fields(header) if last and header.isascii() else None
    if fields is None or any(fields.get(key) != value for key, value in _FIXED.items()):
        return None
    if any(fields.get(key, "True") not in ("True", "False") for key in _YES_OR_NO):
        return None
    size, spacing, origin = (fields.get(key, "").split(" ") for key in _NUMBERS)
    is_whole = all(_WHOLE.fullmatch(number) for number in size)
    is_number = all(_NUMBER.fullmatch(number) for number in (*spacing, *origin))
    if not is_whole or not is_number or {len(size), len(spacing), len(origin)} != {3}:
        return None
    if min(map(float, spacing)) <= 0:
        return None
    x, y, z = map(int, size)
    return (x, y, z), _three(spacing), _three(origin), _IDENTITY


def _fields(header: bytes) -> dict[str, str] | None:
    """Read the lines; None if one of them is no plain field, or says again what one before did."""
    fields: dict[str, str] = {}
    for line in header.decode("ascii").split("\n"):
        match = _LINE.fullmatch(line)
        if match is None or match[1] in fields:
            return None
        fields[match[1]] = match[2]
    known = fields.keys() <= {*_FIXED, *_NUMBERS, *_YES_OR_NO, *_OF_NO_CONCERN}
    return fields if known else None


def _three(numbers: list[str]) -> Lengths:
    x, y, z = map(float, numbers)
    return x, y, z
