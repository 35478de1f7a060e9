"""Where the voxels of a MetaImage lie: in the header's own file, in another, or in one a slice."""

import math
import os
import re
from pathlib import Path

import numpy as np

from uls.images.meta_fields import MetaFields, read_fields
from uls.images.pixel_source import FROM_END, PixelSource

__all__ = ["locate_meta"]

_TYPES = {
    **{"MET_CHAR": "i1", "MET_ASCII_CHAR": "i1", "MET_UCHAR": "u1"},
    **{"MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4", "MET_UINT": "u4"},
    **{"MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8"},
    **{"MET_FLOAT": "f4", "MET_DOUBLE": "f8"},
}
"""MetaImage element types, and numpy's names for them; a long has 4 bytes in MetaIO everywhere."""

_LOCAL = ("LOCAL", "Local", "local")
_FIRST_BYTES = 1 << 14
_LARGEST_HEADER = 1 << 22
"""4 MiB: a header is kilobytes; a longer one may be no text at all."""
_MOST_FILES = 1 << 20
_PATTERN = re.compile(r"[^%]*%0?\d{0,2}d[^%]*")


def locate_meta(path: Path) -> PixelSource:
    """Find the voxels of a `.mha` or `.mhd` file.

    Raises:
        ValueError: the header is not one that ITK reads, or not one that we do.
    """
    fields, content = _read_header(path)
    if not fields.is_true("BinaryData", default=True):
        raise ValueError("voxels stored as text (BinaryData = False); save them as binary data")
    size_xyz = tuple(int(size) for size in fields.numbers.get("DimSize", ()))
    if not size_xyz or min(size_xyz) < 1:
        raise ValueError(f"DimSize = {size_xyz or 'nothing'}, where positive sizes are expected")
    packed = fields.is_true("CompressedData")
    packed_bytes = fields.whole("CompressedDataSize", 0)
    header_bytes = max(fields.whole("HeaderSize", 0), FROM_END)
    files = _data_files(path, fields, content, size_xyz)
    if packed and (len(files) > 1 or header_bytes):
        raise ValueError("compressed voxels in several files, or behind HeaderSize; save them anew")
    return PixelSource(
        path=files[0] if files else path,
        more_paths=tuple(files[1:]),
        # MetaIO counts HeaderSize from the file's first byte, also where the voxels are LOCAL.
        offset=header_bytes or (0 if files else fields.end),
        packing="zlib" if packed else "raw",
        stored_dtype=_dtype(fields),
        packed_bytes=packed_bytes or None if packed else None,
        size_xyz=size_xyz,
    )


def _read_header(path: Path) -> tuple[MetaFields, bytes]:
    """Read a header; give its fields, and the bytes that were read, which may go on behind it."""
    content, wanted = b"", _FIRST_BYTES
    with path.open("rb") as file:
        while True:
            content += file.read(wanted - len(content))
            is_all = len(content) < wanted or wanted >= _LARGEST_HEADER
            try:
                fields = read_fields(content)
            except ValueError:
                if is_all:
                    raise
            else:
                is_list = fields.texts["ElementDataFile"].startswith("LIST")
                if is_all or (fields.end < len(content) and not is_list):
                    return fields, content
            wanted *= 4


def _dtype(fields: MetaFields) -> "np.dtype[np.generic]":
    name = fields.texts.get("ElementType", "")
    code = _TYPES.get(name)
    if code is None:
        raise ValueError(f"ElementType = {name or 'nothing'}, where one of {', '.join(_TYPES)} is")
    # Where a header has both keys, MetaIO takes the second of these, in whichever order they stand.
    msb = fields.is_true("BinaryDataByteOrderMSB", default=fields.is_true("ElementByteOrderMSB"))
    return np.dtype((">" if msb else "<") + code)


def _data_files(
    path: Path, fields: MetaFields, content: bytes, size_xyz: tuple[int, ...]
) -> list[Path]:
    """List the files that the voxels lie in; none where they follow the header."""
    name = fields.texts["ElementDataFile"]
    if name in _LOCAL:
        return []
    if name.startswith("LIST"):
        names = _listed(name, content[fields.end :], size_xyz)
    elif "%" in name:
        names = _counted(name, size_xyz[-1])
    else:
        names = [name]
    return [_beside(path, one) for one in names]


def _listed(name: str, rest: bytes, size_xyz: tuple[int, ...]) -> list[str]:
    """Read the names that follow the header, one a slice, or one for as many axes as LIST says."""
    axes = int(name[4:]) if name[4:].strip().isdecimal() else 0
    axes = axes if 0 < axes <= len(size_xyz) else len(size_xyz) - 1
    count = math.prod(size_xyz[axes:])
    lines = rest.splitlines()[: min(count, _MOST_FILES)]
    names = [line.rstrip().decode("latin-1") for line in lines]
    if len(names) != count or not all(names):
        found = sum(map(bool, names))
        raise ValueError(f"ElementDataFile = {name} with {found} file names, where {count} follow")
    return names


def _counted(text: str, count: int) -> list[str]:
    """Make the names of a pattern: `<name> <first> <last> <step>`, of which numbers may lack."""
    pattern, *numbers = text.split()
    wanted = text.count("%") == 1 and _PATTERN.fullmatch(pattern) and len(numbers) <= 3
    if not wanted or not all(re.fullmatch(r"-?\d+", n) for n in numbers) or count > _MOST_FILES:
        raise ValueError(
            f"ElementDataFile = {text}, where a pattern such as 'slice_%03d.raw 1 {count} 1' is"
        )
    first, last, step = (*map(int, numbers), *(1, count, 1)[len(numbers) :])
    if len(numbers) == 1:
        last = first + count - 1
    elif len(numbers) == 2:
        step = (last - first) // count or 1
    indices = list(range(first, last + 1, step))[:count] if step > 0 else []
    if len(indices) != count:
        raise ValueError(
            f"ElementDataFile = {text}, which names {len(indices)} files for {count} slices"
        )
    return [pattern % index for index in indices]


def _beside(path: Path, name: str) -> Path:
    """Find a file in the header's folder or below; elsewhere it could be anybody's."""
    inside = Path(os.fsdecode(name.encode("latin-1")))
    if inside.is_absolute() or ".." in inside.parts or inside == Path():
        raise ValueError(
            f"ElementDataFile = {name}, where a file in the header's folder or below is expected"
        )
    return path.parent / inside
