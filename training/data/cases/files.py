"""Files written beside their place and then renamed, and their digests."""

import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from uls.workshop.errors import InputError, OutputError

__all__ = ["PART", "beside", "checked_digest", "digest", "write_json", "write_text"]

PART = ".part-"
"""Names of unfinished files begin so, and keep their suffix: image writers go by it."""

_CHUNK_BYTES = 1 << 20
_GZIP = 31
"""zlib's `wbits` for the gzip format."""


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a name to write to; what was written there gets the name `path` when all went well.

    Raises:
        OutputError: the place cannot be written.
    """
    part = path.with_name(f"{PART}{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError.about(
            path,
            expected="a place that can be written",
            found=error.strerror or str(error),
            hint="Check the folder's owner and its free space.",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write a text file in UTF-8."""
    with beside(path) as part:
        part.write_text(text, encoding="utf-8")
    return path


def write_json(path: Path, value: Any) -> Path:
    """Write JSON; NaN and infinity, which JSON does not know, are refused by `ValueError`."""
    return write_text(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def digest(path: Path) -> str:
    """Give a file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_digest(path: Path) -> str:
    """Give a file's SHA-256 and, of a gzip file, make sure that it is whole.

    Image readers pass a truncated `.nii.gz` as whole, with zeros at its end.

    Raises:
        InputError: the file is missing, cannot be read, or is a damaged gzip file.
    """
    sums = hashlib.sha256()
    try:
        with path.open("rb") as file:
            check = _GzipCheck() if path.name.lower().endswith(".gz") else None
            while chunk := file.read(_CHUNK_BYTES):
                sums.update(chunk)
                if check:
                    check.feed(chunk)
        if check:
            check.finish()
    except (OSError, zlib.error) as error:
        raise InputError.about(path, expected="a whole, readable file", found=str(error)) from error
    return sums.hexdigest()


class _GzipCheck:
    """Unpacks a gzip file, of one or more members, without keeping what is in it."""

    def __init__(self) -> None:
        self._unpack = zlib.decompressobj(_GZIP)

    def feed(self, chunk: bytes) -> None:
        while chunk:
            if self._unpack.eof:
                self._unpack = zlib.decompressobj(_GZIP)
            self._unpack.decompress(chunk)
            chunk = self._unpack.unused_data

    def finish(self) -> None:
        if not self._unpack.eof:
            raise zlib.error("the gzip data end early: the file is truncated")
