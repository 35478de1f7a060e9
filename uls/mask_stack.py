"""Masks written back as one stack: compressed, one VOI at a time, beside and then renamed."""

import os
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt

from uls.errors import OutputError
from uls.stack import Geometry, StackHeader
from uls.voi import VOI_SHAPE_ZYX

__all__ = ["MaskStackWriter", "commit_all"]

_COMPRESSION_LEVEL = 1
"""Masks are long runs of equal bytes: the fastest level packs them a hundredfold already."""

_SIZE_DIGITS = 16
"""The packed size is known last but stands in the header: room for it, with leading zeros."""


class MaskStackWriter:
    """Writes the masks of one stack to `<folder>/<stack name>.mha`, with the stack's geometry.

    The file appears under its name only with `commit`, once every mask was written. Until then it
    lies beside it as a hidden `.part` file, which `discard` removes. As a context manager it
    discards whatever was not committed.

    Raises:
        OutputError: the folder or the file cannot be written.
    """

    def __init__(self, header: StackHeader, folder: Path) -> None:
        self.path = folder / f"{header.name}.mha"
        self._part = folder / f".{header.name}.mha.part"
        self._left = header.n_vois
        self._packer = zlib.compressobj(_COMPRESSION_LEVEL)
        with _output_errors(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = self._part.open("wb")
            text = _header_text(header.geometry)
            self._size_at = text.index(b"CompressedDataSize = ") + len(b"CompressedDataSize = ")
            self._body_at = self._file.write(text)

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
        with _output_errors(self.path):
            self._file.write(self._packer.compress(np.ascontiguousarray(mask).view(np.uint8).data))
        self._left -= 1

    def finish(self) -> None:
        """Complete the file, still under its hidden name, and bring it to disk."""
        if self._left:
            raise ValueError(f"{self.path.name} lacks {self._left} masks")
        with _output_errors(self.path):
            self._file.write(self._packer.flush())
            packed_bytes = self._file.tell() - self._body_at
            self._file.seek(self._size_at)
            self._file.write(f"{packed_bytes:0{_SIZE_DIGITS}d}".encode())
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def commit(self) -> Path:
        """Give the finished file its name, replacing an earlier one; return its path."""
        if not self._file.closed:
            self.finish()
        with _output_errors(self.path):
            self._part.replace(self.path)
        return self.path

    def discard(self) -> None:
        """Remove what was not committed; harmless after a commit."""
        with suppress(OSError):  # a full disk fails once more when the rest is flushed
            self._file.close()
        self._part.unlink(missing_ok=True)


def commit_all(writers: Sequence[MaskStackWriter]) -> None:
    """Commit the masks of several stacks: all files are on disk before the first gets its name.

    Raises:
        OutputError: a file cannot be written; those that have their name already lose it again.
    """
    for writer in writers:
        writer.finish()
    committed: list[Path] = []
    try:
        for writer in writers:
            committed.append(writer.commit())
    except BaseException:
        for path in committed:
            path.unlink(missing_ok=True)
        raise


class _output_errors:  # noqa: N801  (reads as a statement where it is used)
    """Turns an `OSError` into an `OutputError` that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, OSError):
            raise OutputError.about(
                self._path,
                expected="a place that can be written",
                found=error.strerror or str(error),
                hint="Check the folder's owner, its free space and, in a container, the mount.",
            ) from error


def _header_text(geometry: Geometry) -> bytes:
    """Write a MetaImage header; its TransformMatrix lists one axis' direction after the other."""
    matrix = np.reshape(geometry.direction, (3, 3)).T.ravel()
    lines = [
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = True",
        f"CompressedDataSize = {'0' * _SIZE_DIGITS}",
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
