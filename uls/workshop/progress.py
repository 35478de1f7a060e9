"""How far long work has come: a bar on a terminal, elsewhere a line in the log now and then.

`tqdm` draws the bar. Told to be silent it does not even count, so where there is no terminal the
counting, and the lines, are ours.
"""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Self, TypeVar

__all__ = ["Progress", "log_beside_bars", "progress"]

_SECONDS_BETWEEN_LINES = 10.0

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


def progress(items: Iterable[_T], about: str, *, total: int, unit: str) -> Iterator[_T]:
    """Give the same items, and show how many of them are done."""
    with Progress(about, total=total, unit=unit) as shown:
        for item in items:
            yield item
            shown.update()


def log_beside_bars() -> AbstractContextManager[None]:
    """Keep the lines of the log from being written into a bar."""
    if not _on_terminal():
        return nullcontext()
    from tqdm.contrib.logging import logging_redirect_tqdm  # noqa: PLC0415  (slow, seldom needed)

    redirected: AbstractContextManager[None] = logging_redirect_tqdm()
    return redirected


class Progress:
    """Counts what is done of some work, and shows it: use it in a `with` statement."""

    def __init__(self, about: str, *, total: int, unit: str, done: int = 0) -> None:
        """Begin to count.

        Args:
            about: what is being done.
            total: how much there is to do.
            unit: what is counted, in the singular.
            done: how much was done before.
        """
        self._about, self._total, self._unit = about, total, unit
        self._done = done
        self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
        self._last_logged: int | None = None
        self._bar = _bar(about, total, unit, done) if _on_terminal() else None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Show the end: the last line, if there was one before, says how much was done."""
        if self._bar is not None:
            self._bar.close()
        elif self._last_logged not in (None, self._done):
            self._log()

    def update(self, count: int = 1) -> None:
        """Count what has been done since."""
        self._done += count
        if self._bar is not None:
            self._bar.update(count)
        elif time.monotonic() >= self._next_line:
            self._log()
            self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES

    def _log(self) -> None:
        _log.info("%s: %d of %d %s", self._about, self._done, self._total, self._plural())
        self._last_logged = self._done

    def _plural(self) -> str:
        return self._unit if self._unit.endswith("s") else f"{self._unit}s"


def _on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _bar(about: str, total: int, unit: str, done: int) -> Any:
    from tqdm import tqdm  # noqa: PLC0415

    return tqdm(total=total, initial=done, desc=about, unit=unit)
