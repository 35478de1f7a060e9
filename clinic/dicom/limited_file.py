"""A file of which only so much may be read: headers are parsed in this process."""

from typing import BinaryIO

from clinic.dicom.pixels import FileError

__all__ = ["LimitedFile"]

_LARGEST_HEADER = 8 << 20


class LimitedFile:
    """A file of which a header may read so many bytes, no more; skipping is free.

    Sequences of a few megabytes already take gigabytes once they are parsed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = _LARGEST_HEADER

    def read(self, size: int = -1) -> bytes:
        """Read as `BinaryIO` does, up to the limit."""
        content = self._file.read(self._left + 1 if size < 0 else min(size, self._left + 1))
        self._left -= len(content)
        if self._left < 0:
            raise FileError(f"has a header of more than {_LARGEST_HEADER >> 20} MB")
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place; what is passed over is not read."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Give the place that is read next."""
        return self._file.tell()
