"""Work that is waited for only so long: loading a network cannot be stopped from outside."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

__all__ = ["Abandonable"]

_Result = TypeVar("_Result")


class Abandonable(Generic[_Result]):
    """Work in a thread of its own, begun at once.

    Args:
        work: what to do. It should look now and then whether it is still wanted.
    """

    def __init__(self, work: Callable[[], _Result]) -> None:
        self._work = work
        self._result: _Result | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._do,), name="load", daemon=True
        )
        self._thread.start()

    def result(self, seconds: float) -> _Result | None:
        """Wait for the work at most so long and return its result; None if it is not done by then.

        Raises:
            Exception: what the work raised.
        """
        self._thread.join(max(0.0, seconds))
        if self.is_alive:
            return None
        if self._failure is not None:
            raise self._failure
        return self._result

    @property
    def is_alive(self) -> bool:
        """Say whether the work still goes on."""
        return self._thread.is_alive()

    def _do(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # it is raised where the result is asked for
            self._failure = error
