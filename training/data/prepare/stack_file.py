"""VOIs written one after the other into one stack, compressed, without holding the stack."""

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import VOI_SHAPE_ZYX, VOI_SLICES
from uls.workshop.beside import file_beside

__all__ = ["write_stack"]

_META_TYPES = {"int16": "MET_SHORT", "uint8": "MET_UCHAR"}
"""MetaImage's names of the types that stacks of HU and of masks have."""

_COMPRESSION_LEVEL = 6

_SIZE_DIGITS = 16
"""The packed size is known last but stands in the header: room for it, with leading zeros."""


def write_stack(vois: Iterable[npt.NDArray[Any]], path: Path, *, count: int, dtype: str) -> Path:
    """Write a MetaImage of stacked VOIs; its spacing is 1 mm, since VOIs have their own.

    Args:
        vois: arrays of shape (128, 256, 256).
        path: of the .mha file.
        count: how many VOIs there will be.
        dtype: int16 (HU) or uint8 (masks).

    Raises:
        ValueError: there are more or fewer VOIs, or one of another shape.
        OutputError: the file cannot be written.
    """
    header = _header(count, dtype)
    with file_beside(path) as part, part.open("wb") as file:
        body_at = file.write(header)
        packer = zlib.compressobj(_COMPRESSION_LEVEL)
        for voi in _checked(vois, count):
            stored = np.ascontiguousarray(voi, dtype=np.dtype(dtype).newbyteorder("<"))
            file.write(packer.compress(stored.view(np.uint8).data))
        file.write(packer.flush())
        size = file.tell() - body_at
        file.seek(header.index(b"CompressedDataSize = ") + len(b"CompressedDataSize = "))
        file.write(f"{size:0{_SIZE_DIGITS}d}".encode())
    return path


def _checked(vois: Iterable[npt.NDArray[Any]], count: int) -> Iterator[npt.NDArray[Any]]:
    written = 0
    for voi in vois:
        if voi.shape != VOI_SHAPE_ZYX:
            raise ValueError(f"not a VOI: {voi.shape}")
        yield voi
        written += 1
    if written != count:
        raise ValueError(f"{written} VOIs for a stack of {count}")


def _header(count: int, dtype: str) -> bytes:
    _, rows, columns = VOI_SHAPE_ZYX
    lines = (
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = True",
        f"CompressedDataSize = {'0' * _SIZE_DIGITS}",
        "TransformMatrix = 1 0 0 0 1 0 0 0 1",
        "Offset = 0 0 0",
        "CenterOfRotation = 0 0 0",
        "ElementSpacing = 1 1 1",
        f"DimSize = {columns} {rows} {count * VOI_SLICES}",
        f"ElementType = {_META_TYPES[dtype]}",
        "ElementDataFile = LOCAL",
    )
    return ("\n".join(lines) + "\n").encode("ascii")
