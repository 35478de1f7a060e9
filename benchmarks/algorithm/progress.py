"""What is being measured, and about how long the rest will take."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Progress", "Step"]

_log = logging.getLogger(__name__)

_START_SECONDS = 5.0
"""A guess of what starting a process takes."""


@dataclass(frozen=True)
class Step:
    """Something to measure.

    Attributes:
        name: what.
        size: how much of it: VOIs, jobs.
        guess: seconds for each of these, from counted work or by experience.
    """

    name: str
    size: int
    guess: float


class Progress:
    """Tells each step in the log; steps of a name that was measured take as long as that did."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._left = list(steps)
        self._count = len(steps)
        self._known: dict[str, float] = {}

    @contextmanager
    def step(self, said: str) -> Iterator[None]:
        """Do the next step."""
        number = self._count - len(self._left) + 1
        _log.info("%d of %d: %s (about %s left)", number, self._count, said, self.left_said())
        start = time.monotonic()
        yield
        done = self._left.pop(0)
        self._known[done.name] = (time.monotonic() - start) / done.size

    def say(self, text: str) -> None:
        """Tell a detail of a step."""
        _log.info("   %s", text)

    def left_said(self) -> str:
        """Say how long all that is left will take, such as `3 min`."""
        seconds = sum(
            self._known.get(step.name, step.guess + _START_SECONDS / step.size) * step.size
            for step in self._left
        )
        return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
