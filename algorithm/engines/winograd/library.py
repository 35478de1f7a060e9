"""The compiled library, called through ctypes: what `layers.h` declares."""

import ctypes
import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from algorithm.engines.winograd.build import SOURCES, library_name
from algorithm.engines.winograd.layout import aligned
from algorithm.engines.winograd.network import Floats
from uls.workshop.cpus import cpu_flags

__all__ = ["Convolution", "Library", "Source", "digest", "library_path", "shared"]
__all__ += ["triple"]

_FOLDER = SOURCES

_NEEDS = {
    "x86_64_v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "x86_64_v3": {"avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"},
}
"""Per library, the best first: flags in `/proc/cpuinfo` of a CPU that runs it."""

_Triple = ctypes.c_int * 3

_MOST_THREADS = 64
"""A container may be limited to a few hundred threads, of which others need some."""

_SHARED: "WeakValueDictionary[tuple[Path, int], Library]" = WeakValueDictionary()
_SHARED_LOCK = Lock()


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


def library_path(root: Path = Path("/")) -> Path | None:
    """Return the best library that was compiled and that this CPU runs, if any.

    Args:
        root: where `proc` is; for tests.
    """
    flags = cpu_flags(root)
    paths = (_FOLDER / library_name(kind) for kind, needed in _NEEDS.items() if needed <= flags)
    return next((path for path in paths if path.exists()), None)


def digest(path: Path) -> str:
    """Tell this version of the engine from another: eight hexadecimal digits of a SHA-256.

    It covers the library, and the Python files that lay out what it computes.
    """
    code = hashlib.sha256(path.read_bytes())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        code.update(file.read_bytes())
    return code.hexdigest()[:8]


class Library:
    """A library with a team of threads of its own. One run at a time: whoever runs holds `lock`.

    Args:
        path: of the library.
        threads: the calling one among them; fewer, where so many cannot be started.

    Raises:
        OSError: the library does not load.
        MemoryError: no team could be made.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self._library = ctypes.CDLL(str(path))
        self._library.team_open.restype = ctypes.c_void_p
        self._library.team_close.argtypes = (ctypes.c_void_p,)
        self._library.team_members.argtypes = (ctypes.c_void_p,)
        self.vector: int = self._library.vector_length()
        self.lock = Lock()
        self._memory = aligned(1)
        self._team = self._library.team_open(min(threads, _MOST_THREADS))
        if not self._team:
            raise MemoryError(f"no team of {threads} threads could be made")
        self.threads: int = self._library.team_members(self._team)

    def room(self, floats: int) -> Floats:
        """Give memory that all networks on this library use, one after the other."""
        if self._memory.size < floats:
            self._memory = aligned(floats)
        return self._memory[:floats]

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


def shared(path: Path, threads: int) -> Library:
    """Give the library that all networks of this process run on, for as long as one of them lives.

    A network of five folds, each with threads and feature maps of its own, would take five times as
    many, and only one of them runs at a time.
    """
    with _SHARED_LOCK:
        library = _SHARED.get((path, threads))
        if library is None:
            library = _SHARED[path, threads] = Library(path, threads)
        return library


def triple(values: Any) -> Any:
    """Give three whole numbers, (z, y, x), as C takes them."""
    return _Triple(*values)
