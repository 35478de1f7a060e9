"""A pass that cannot end in time is stopped between two layers: engines ask here whether to go on.

The job says when to stop; an engine need not know why, nor who asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["OutOfTimeError", "go_on_or_stop", "interruptible", "may_be_interrupted"]

_stop: ContextVar[Callable[[], bool] | None] = ContextVar("stop", default=None)


class OutOfTimeError(Exception):
    """A pass was stopped, as it would have taken the time that other VOIs need."""


@contextmanager
def interruptible(stop: Callable[[], bool]) -> Iterator[None]:
    """Let passes that run inside, in this thread, be stopped.

    Args:
        stop: says whether it is time.
    """
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


def may_be_interrupted() -> bool:
    """Say whether anybody may stop the pass that runs in this thread."""
    return _stop.get() is not None


def go_on_or_stop() -> None:
    """Do nothing, or raise where the pass that runs in this thread is to stop.

    Raises:
        OutOfTimeError: it is.
    """
    stop = _stop.get()
    if stop is not None and stop():
        raise OutOfTimeError("the pass was stopped, as the time ran out")
