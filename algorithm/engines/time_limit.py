"""How long checks may take: with a budget, a share of it; else as long as they need."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from typing import Self

from algorithm.engines.interruption import OutOfTimeError, interruptible
from uls.workshop.errors import ModelError

__all__ = ["NoTimeForCheckError", "TimeLimit"]


class NoTimeForCheckError(ModelError):
    """An engine was not checked, as the job has no time for it."""

    @classmethod
    def of_budget(cls) -> Self:
        """Say that a check takes more than its share of the budget."""
        return cls("The check that it agrees with float32 does not fit into the budget.")


class TimeLimit:
    """Counts from when it is made.

    Args:
        seconds: for all checks together.
        clock: gives seconds; a fake one in tests.
    """

    def __init__(
        self, seconds: float = inf, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def is_set(self) -> bool:
        """Say whether there is a limit at all."""
        return self._end < inf

    @property
    def seconds_left(self) -> float:
        """Return how much time is left, at least none."""
        return max(0.0, self._end - self._clock())

    @property
    def is_over(self) -> bool:
        """Say whether no time is left."""
        return self._clock() >= self._end

    @contextmanager
    def step(self) -> Iterator[None]:
        """Do a step of a check inside, if there is time; its passes are stopped when it is over.

        Raises:
            NoTimeForCheckError: there is none left.
        """
        if self.is_over:
            raise NoTimeForCheckError.of_budget()
        if not self.is_set:
            yield
            return
        try:
            with interruptible(lambda: self.is_over):
                yield
        except OutOfTimeError as error:
            raise NoTimeForCheckError.of_budget() from error
