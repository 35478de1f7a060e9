"""Data unpacked by zlib-ng where it is installed, else by the zlib that comes with Python.

Of a mask stack nearly all bytes are zeros, and of these zlib-ng unpacks ten and more gigabytes a
second, Python's zlib half of one: unpacking is most of what scoring has to do.
"""

import zlib
from typing import Protocol, cast

try:
    from zlib_ng import zlib_ng as _fast
except ImportError:  # no wheel for this machine: the same bytes, later
    _fast = None  # type: ignore[assignment]

__all__ = ["UNPACKING_ERRORS", "Unpacker", "unpacker"]

UNPACKING_ERRORS: tuple[type[Exception], ...] = (zlib.error,)
if _fast is not None:
    UNPACKING_ERRORS += (cast("type[Exception]", _fast.error),)  # its stub says it is an instance
"""What either raises on damaged data."""


class Unpacker(Protocol):
    """What both have in common; see `zlib.decompressobj`."""

    @property
    def eof(self) -> bool:
        """Whether the packed data have come to their end."""

    @property
    def unconsumed_tail(self) -> bytes:
        """What was given and not looked at, since enough had been unpacked."""

    @property
    def unused_data(self) -> bytes:
        """What was given behind the end."""

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        """Unpack at most so many bytes (0: all)."""


def unpacker(wbits: int, *, fast: bool = True) -> Unpacker:
    """Return an object that unpacks one stream, piece by piece.

    Args:
        wbits: the format, as `zlib.decompressobj` takes it.
        fast: by zlib-ng if it is installed.
    """
    if fast and _fast is not None:
        return _fast.decompressobj(wbits)
    return zlib.decompressobj(wbits)
