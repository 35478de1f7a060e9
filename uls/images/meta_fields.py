"""The fields of a MetaImage header, read as ITK's MetaIO reads them.

Programs must agree on every field, else one of them takes wrong bytes for voxels. So the grammar is
MetaIO's own, oddities included: `=` or `:` between key and value, a matrix over several lines,
a repeated key whose last value holds. Where MetaIO passes over a field that matters, or gives up,
the header is refused, with the reason.
Source: MET_Read in metaUtils.cxx, M_SetupReadFields in metaObject.cxx and metaImage.cxx (ITK 5.4).
"""

import re
from dataclasses import dataclass, field

__all__ = ["MetaFields", "read_fields"]

_LAST = "ElementDataFile"
_NO_LAST = f"no line '{_LAST} = …' where a MetaImage header has one"
_TEXTS = (
    *("Comment", "ObjectType", "ObjectSubType", "TransformType", "Name", "AcquisitionDate"),
    *("CompressedData", "BinaryData", "ElementByteOrderMSB", "BinaryDataByteOrderMSB"),
    *("DistanceUnits", "AnatomicalOrientation", "Modality", "ElementType", _LAST),
)
_NUMBERS = (
    *("NDims", "ID", "ParentID", "CompressedDataSize", "HeaderSize", "ElementMin", "ElementMax"),
    *("ElementNumberOfChannels", "ElementNBits"),
    *("ElementToIntensityFunctionSlope", "ElementToIntensityFunctionOffset"),
)
_PER_AXIS = (
    *("Position", "Origin", "Offset", "CenterOfRotation", "ElementSpacing", "ElementSize"),
    *("DimSize", "ImagePosition", "SequenceID"),
)
_MATRICES = ("TransformMatrix", "Rotation", "Orientation")
_COLORS = 4

_MATTERS = {*_PER_AXIS, *_MATRICES, *_NUMBERS, *_TEXTS} - {
    *("Comment", "ObjectType", "ObjectSubType", "TransformType", "Name", "AcquisitionDate"),
    *("DistanceUnits", "AnatomicalOrientation", "Modality", "ID", "ParentID", "ElementMin"),
    *("ElementMax", "ElementNBits", "CenterOfRotation", "ImagePosition", "SequenceID"),
    *("ElementToIntensityFunctionSlope", "ElementToIntensityFunctionOffset"),
}
"""Fields that say which bytes are which voxels, and where these lie."""
_DEFAULTS = {
    **{"BinaryData": True, "CompressedData": False},
    **{"ElementByteOrderMSB": False, "BinaryDataByteOrderMSB": False},
}
_YES = ("T", "t", "1")
"""A yes or no: MetaIO takes for yes what begins so, and for no all else."""

_LONGEST_KEY = 499
_LONGEST_TEXT, _LONGEST_FILE_NAME = 254, 499
"""MetaIO's buffers: it stops behind a longer key or file name, and a longer text overwrites what
lies behind its buffer: the grid that ITK 5.4 reads of such a header is not what stands in it."""

_MOST_AXES = 10
_SPACE = b" \t\n\v\f\r"
_SEPARATORS = b"=:"
_SEPARATOR = re.compile(rb"[=:]")
_NUMBER = re.compile(rb"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


@dataclass
class MetaFields:
    """What a header says, and where it ends.

    Attributes:
        texts: the value of each field that is text.
        numbers: the values of each field of numbers, one or several.
        end: the first byte behind the header.
    """

    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, tuple[float, ...]] = field(default_factory=dict)
    end: int = 0

    def is_true(self, key: str, *, default: bool = False) -> bool:
        """Read a yes or no."""
        return self.texts[key][:1] in _YES if key in self.texts else default

    def whole(self, key: str, default: int) -> int:
        """Give a number without its fraction, as MetaIO casts it."""
        return int(self.numbers[key][0]) if key in self.numbers else default


def read_fields(content: bytes) -> MetaFields:
    """Read the fields up to `ElementDataFile`, which ends a header.

    Args:
        content: the file's first bytes; what is behind the header is not looked at.

    Raises:
        ValueError: MetaIO would not read the header, or would pass over a field of it.
    """
    fields = MetaFields()
    while _LAST not in fields.texts:
        _read_field(content, fields)
    return fields


def _read_field(content: bytes, fields: MetaFields) -> None:
    start = _skip(content, fields.end, _SPACE)
    end = start
    while end < len(content) and content[end] not in b"=:\r\n":
        end += 1
    if end == len(content) or end - start > _LONGEST_KEY:
        raise ValueError(_NO_LAST)
    key = content[start:end].rstrip(b" \t").decode("latin-1")
    if content[end] not in _SEPARATORS:
        end = _behind_lonely_line(content, end, key)
    value_at = _skip(content, end, _SEPARATORS + b" \t")
    if key in _TEXTS:
        fields.texts[key], fields.end = _text(content, value_at, key)
    elif count := _count(key, fields):
        fields.numbers[key], fields.end = _several_numbers(content, value_at, key, count)
    else:
        fields.end = _line_end(content, value_at)


def _behind_lonely_line(content: bytes, end: int, key: str) -> int:
    """Pass over a line without a separator as MetaIO does: together with the line after it."""
    separator = _SEPARATOR.search(content, end)
    if separator is None:
        raise ValueError(_NO_LAST)
    passed = content[end : separator.start()].strip().decode("latin-1").splitlines()
    value_at = _skip(content, separator.start(), _SEPARATORS + b" \t")
    value = content[value_at : value_at + 1].decode("latin-1")
    for name in (key, *map(str.strip, passed)):
        if name in _MATTERS and _DEFAULTS.get(name) != (value in _YES):
            raise ValueError(
                f"the line {key!r} without a '=': ITK passes over {name} together with it"
            )
    return separator.start()


def _count(key: str, fields: MetaFields) -> int:
    """Say how many numbers a field has; 0 for a field that MetaIO does not know."""
    if key in _NUMBERS:
        return 1
    if key == "Color":
        return _COLORS
    if key not in _PER_AXIS + _MATRICES:
        return 0
    axes = fields.whole("NDims", 0)
    if not 1 <= axes <= _MOST_AXES:
        found = f"NDims = {axes}" if "NDims" in fields.numbers else "no NDims before it"
        raise ValueError(f"{key}, which needs NDims from 1 to {_MOST_AXES} before it, but {found}")
    return axes * axes if key in _MATRICES else axes


def _text(content: bytes, at: int, key: str) -> tuple[str, int]:
    end = _line_end(content, at)
    value = content[at:end].partition(b"\0")[0].rstrip(_SPACE)
    longest = _LONGEST_FILE_NAME if key == _LAST else _LONGEST_TEXT
    if end - at > longest + 1:
        raise ValueError(f"{key} of more than {longest} characters, which ITK does not hold")
    return value.decode("latin-1"), end


def _several_numbers(
    content: bytes, at: int, key: str, count: int
) -> tuple[tuple[float, ...], int]:
    numbers = []
    for _ in range(count):
        match = _NUMBER.match(content, at)
        if match is None:
            found = content[at : _line_end(content, at)].strip().decode("latin-1")
            raise ValueError(f"{key} with {found[:40]!r} where a number is expected")
        numbers.append(float(match[1]))
        at = match.end()
    return tuple(numbers), _line_end(content, at)


def _skip(content: bytes, at: int, characters: bytes) -> int:
    while at < len(content) and content[at] in characters:
        at += 1
    return at


def _line_end(content: bytes, at: int) -> int:
    """Give the first byte of the next line."""
    newline = content.find(b"\n", at)
    return len(content) if newline < 0 else newline + 1
