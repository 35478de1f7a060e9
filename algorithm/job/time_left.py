"""What is left of a job's budget, less what is kept back for its end."""

from collections.abc import Callable

__all__ = ["TimeLeft"]

_RESERVE = 0.1
"""Share of the time left that is kept back for VOIs that take longer than any before."""

_LEAVING_SECONDS = 1.0
"""Kept back for bringing the files to disk and ending the process, at least, …"""

_LEAVING_SHARE = 0.1
"""… and as long as starting the process took, before any model was loaded, but no more than this
share of the budget: on a machine as busy, ending it takes longer, too.

With OpenVINO, 7 s of computing all in all, 0.7 s of them were the end.
"""


class TimeLeft:
    """The seconds until a job must be over.

    Args:
        budget_seconds: for the whole process, from its start; None for as long as it takes.
        spent_seconds: how much of the budget is spent already.
        starting_seconds: how much of that was for starting the process, without any model.
        clock: gives seconds.
    """

    def __init__(
        self,
        budget_seconds: float | None,
        *,
        spent_seconds: float,
        starting_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._end = None if budget_seconds is None else clock() - spent_seconds + budget_seconds
        at_most = _LEAVING_SHARE * (budget_seconds or 0.0)
        self._leaving = max(_LEAVING_SECONDS, min(starting_seconds, at_most))
        self._clock = clock

    @property
    def is_limited(self) -> bool:
        """Say whether there is a budget at all."""
        return self._end is not None

    def is_less_than(self, needed: float) -> bool:
        """Say whether too little is left for what must still be done.

        The tenth that is kept back for passes which take longer is there to be used up by them.
        """
        return self._end is not None and self._end - self._clock() - self._leaving < needed

    def usable_seconds(self) -> float:
        """Give the seconds that may be planned with: those left, less the reserve."""
        if self._end is None:
            return float("inf")
        return (self._end - self._clock()) * (1 - _RESERVE) - self._leaving
