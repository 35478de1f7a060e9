"""The compiled library, called through ctypes: what `layers.h` declares."""

import ctypes
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["Convolution", "Library", "Source", "digest", "library_path", "triple"]

_FOLDER = Path(__file__).parent

_NEEDS = {
    "x86_64_v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "x86_64_v3": {"avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"},
}
"""Per library, the best first: flags in `/proc/cpuinfo` of a CPU that runs it."""

_Triple = ctypes.c_int * 3


class Source(ctypes.Structure):
    """A feature map as a layer reads it, see `vectors.h`."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("scale", ctypes.c_void_p),
        ("shift", ctypes.c_void_p),
        ("slope", ctypes.c_float),
        ("blocks", ctypes.c_int),
    )


class Convolution(ctypes.Structure):
    """A convolution, see `layers.h`."""

    _fields_ = (
        ("sources", ctypes.POINTER(Source)),
        ("source_count", ctypes.c_int),
        ("blocks", ctypes.c_int),
        ("size", _Triple),
        ("out_size", _Triple),
        ("out_blocks", ctypes.c_int),
        ("kernel", _Triple),
        ("stride", _Triple),
        ("pad", _Triple),
        ("filters", ctypes.c_void_p),
        ("bias", ctypes.c_void_p),
        ("out", ctypes.c_void_p),
        ("mean", ctypes.c_void_p),
        ("variance", ctypes.c_void_p),
    )


def library_path(cpuinfo: Path = Path("/proc/cpuinfo")) -> Path | None:
    """Give the best library that was compiled and that this CPU runs, if any."""
    flags = _flags(cpuinfo)
    paths = (_FOLDER / f"{kind}.so" for kind, needed in _NEEDS.items() if needed <= flags)
    return next((path for path in paths if path.exists()), None)


def digest(path: Path) -> str:
    """Tell one build of a library from another: eight hexadecimal digits of its SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


class Library:
    """A library with a team of threads of its own. One call at a time.

    Args:
        path: of the library.
        threads: the calling one among them.

    Raises:
        OSError: the library does not load.
        MemoryError: no team could be made.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self._library = ctypes.CDLL(str(path))
        self._library.team_open.restype = ctypes.c_void_p
        self._library.team_close.argtypes = (ctypes.c_void_p,)
        self.vector: int = self._library.vector_length()
        self._team = self._library.team_open(threads)
        if not self._team:
            raise MemoryError(f"no team of {threads} threads could be made")

    def __del__(self) -> None:
        if getattr(self, "_team", None):
            self._library.team_close(self._team)

    def call(self, name: str, *arguments: Any) -> Callable[[], None]:
        """Bind a layer's function to its arguments.

        Returns:
            What runs it; raises `MemoryError` where there was no memory.
        """
        function = getattr(self._library, name)
        team = ctypes.c_void_p(self._team)

        def run() -> None:
            if function(team, *arguments):
                raise MemoryError(f"{name} found no memory")

        return run


def triple(values: Any) -> Any:
    """Give three whole numbers, (z, y, x), as C takes them."""
    return _Triple(*values)


def _flags(cpuinfo: Path) -> set[str]:
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    lines = (line.partition(":") for line in text.splitlines())
    return next((set(value.split()) for key, _, value in lines if key.strip() == "flags"), set())
