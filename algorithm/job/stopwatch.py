"""How long each stage of a job took, though the stages run beside each other."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Stopwatch"]


class Stopwatch:
    """Sums the seconds of named stages, from any thread."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._lock = threading.Lock()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a stage."""
        start = time.monotonic()
        try:
            yield
        finally:
            elapsed = time.monotonic() - start
            with self._lock:
                self._seconds[name] = self._seconds.get(name, 0.0) + elapsed

    @property
    def total_seconds(self) -> float:
        """Seconds since the stopwatch was made."""
        return time.monotonic() - self._start

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds of each stage so far."""
        with self._lock:
            return dict(self._seconds)
