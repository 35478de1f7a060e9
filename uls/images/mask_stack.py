"""Masks written back as one stack: compressed, one VOI at a time, beside and then renamed."""

import os
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.images.stack import Geometry, StackHeader
from uls.workshop.atomic import AtomicFile, commits, output_errors
from uls.workshop.parts import new_name, sweep

__all__ = ["MaskStackWriter", "commit_all"]

_COMPRESSION_LEVEL = 1
"""Masks are long runs of equal bytes: the fastest level packs them a hundredfold already."""

_SIZE_DIGITS = 16
"""The packed size is known last but stands in the header: room for it, with leading zeros."""


class MaskStackWriter:
    """Writes the masks of one stack to `<folder>/<stack name>.mha`, with the stack's geometry.

    The file appears under its name only with `commit`, once every mask was written. Until then it
    lies beside it as a hidden part (`uls.workshop.atomic`), which `discard` removes. As a context
    manager it discards whatever was not committed.

    Raises:
        OutputError: the folder or the file cannot be written.
    """

    def __init__(self, header: StackHeader, folder: Path) -> None:
        self.path = folder / f"{header.name}.mha"
        self._geometry = header.geometry
        self._left = header.n_vois
        self._finished = False
        self._packer = zlib.compressobj(_COMPRESSION_LEVEL)
        self._head_bytes = len(_header_text(header.geometry, 0))
        with output_errors(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            sweep(folder)
            self._file = AtomicFile(self.path, head_bytes=self._head_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def write(self, mask: npt.NDArray[Any]) -> None:
        """Append one VOI's mask.

        Args:
            mask: shape (128, 256, 256), bool or uint8 of values {0, 1}.

        Raises:
            ValueError: the mask has another shape or other values, or the stack is complete.
        """
        if mask.shape != VOI_SHAPE_ZYX or mask.dtype not in (np.bool_, np.uint8) or mask.max() > 1:
            raise ValueError(f"not a mask of a VOI: {mask.shape} {mask.dtype} up to {mask.max()}")
        if not self._left:
            raise ValueError(f"{self.path.name} has all its masks already")
        with output_errors(self.path):
            self._file.write(self._packer.compress(np.ascontiguousarray(mask).view(np.uint8).data))
        self._left -= 1

    def finish(self) -> None:
        """Complete the file, still under its hidden name, and bring it to disk."""
        if self._left:
            raise ValueError(f"{self.path.name} lacks {self._left} masks")
        if self._finished:
            return
        with output_errors(self.path):
            self._file.write(self._packer.flush())
            packed_bytes = self._file.size - self._head_bytes
            self._file.finish(_header_text(self._geometry, packed_bytes))
        self._finished = True

    def commit(self) -> Path:
        """Give the finished file its name, replacing an earlier one; return its path."""
        self.finish()
        with output_errors(self.path):
            return self._file.commit()

    def discard(self) -> None:
        """Remove what was not committed; harmless after a commit."""
        self._file.discard()

    @property
    def is_in_place(self) -> bool:
        """Say whether the file under the final name is this one."""
        return self._file.is_at(self.path)


def commit_all(writers: Sequence[MaskStackWriter]) -> None:
    """Commit the masks of several stacks: all files are on disk before the first gets its name.

    Raises:
        OutputError: a file cannot be written; what lay under the names before is put back.
    """
    for writer in writers:
        writer.finish()
    with commits:
        earlier = {writer: _second_name(writer.path) for writer in writers}
        try:
            for writer in writers:
                writer.commit()
        except BaseException:
            for writer, second in earlier.items():
                _put_back(writer, second)
            raise
        finally:
            for second in filter(None, earlier.values()):
                second.unlink(missing_ok=True)


def _second_name(path: Path) -> Path | None:
    """Give an earlier file a hidden second name for as long as it may be needed again."""
    second = new_name(path)
    try:
        os.link(path, second, follow_symlinks=False)
    except OSError:  # there is none, or the file system has no links
        return None
    return second


def _put_back(writer: MaskStackWriter, earlier: Path | None) -> None:
    """Undo a commit, if there was one and no other job's file is there by now."""
    with suppress(OSError):
        if not writer.is_in_place:
            return
        if earlier is None:
            writer.path.unlink()
        else:
            earlier.replace(writer.path)


def _header_text(geometry: Geometry, packed_bytes: int) -> bytes:
    """Write a MetaImage header; its TransformMatrix lists one axis' direction after the other."""
    matrix = np.reshape(geometry.direction, (3, 3)).T.ravel()
    lines = [
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = True",
        f"CompressedDataSize = {packed_bytes:0{_SIZE_DIGITS}d}",
        f"TransformMatrix = {_numbers(matrix)}",
        f"Offset = {_numbers(geometry.origin_xyz)}",
        "CenterOfRotation = 0 0 0",
        f"ElementSpacing = {_numbers(geometry.spacing_xyz)}",
        f"DimSize = {' '.join(str(size) for size in geometry.size_xyz)}",
        "ElementType = MET_UCHAR",
        "ElementDataFile = LOCAL",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def _numbers(values: Any) -> str:
    """Format so that reading gives the same doubles back."""
    return " ".join(repr(float(value)) for value in values)
