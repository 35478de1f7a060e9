"""Digests of files that must be whole."""

import hashlib
import zlib
from pathlib import Path

from uls.workshop.errors import InputError

__all__ = ["checked_digest"]

_CHUNK_BYTES = 1 << 20
_GZIP = 31
"""zlib's `wbits` for the gzip format."""


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
