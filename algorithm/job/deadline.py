"""What still fits in the time that is left. Asked before each VOI, and after each pass of one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from algorithm.engines.interruption import OutOfTimeError, interruptible
from algorithm.inference.mirroring import ALL_VIEWS, Disagreements, Fixed, Mirroring, Shared, Spare
from algorithm.job.means import Means
from algorithm.job.pace import Pace
from algorithm.job.rehearsal import Expected
from algorithm.job.time_left import TimeLeft

__all__ = ["Deadline"]


class Deadline:
    """Chooses by what each VOI is predicted and how often, so that the job ends in time.

    A pass takes as long as the longest of the latest few; before, what the rehearsal says. Where it
    takes longer than rehearsed, so will the fallback, whose turn is kept free for every VOI to
    come: a pass that would take of that is not begun, and one that has begun is stopped.

    Args:
        n_vois: how many VOIs the job has.
        mirror: passes for every VOI, or None to choose: as many as fit in the budget, and without
            a budget none but the plain one.
        passes: how many network passes a value of `mirror` means, see `Predictor.passes`.
        budget_seconds: for the whole process, from its start; None for as long as it takes.
        spent_seconds: how much of the budget is spent already.
        starting_seconds: how much of that was for starting the process, without any model.
        expected: what a pass, a VOI by the fallback, if there is one, and an empty mask take.
        clock: gives seconds; a fake one in tests.
    """

    def __init__(
        self,
        *,
        n_vois: int,
        mirror: int | None = None,
        passes: Callable[[int], int] = lambda mirror: max(mirror, 1),
        budget_seconds: float | None = None,
        spent_seconds: float = 0.0,
        starting_seconds: float = 0.0,
        expected: Expected | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vois_left = n_vois
        self._mirror = mirror
        self._passes = passes
        self._left = TimeLeft(
            budget_seconds,
            spent_seconds=spent_seconds,
            starting_seconds=starting_seconds,
            clock=clock,
        )
        self._clock = clock
        self._disagreements = Disagreements()
        self._is_over = False
        self._passes_left_out = 0
        self._pace = Pace(expected or Expected())
        self._predicted, self._written = 0, 0

    @property
    def is_set(self) -> bool:
        """Say whether there is a budget at all."""
        return self._left.is_limited

    @property
    def is_over(self) -> bool:
        """Say whether the VOIs left are left empty."""
        return self._is_over

    def means_for_next_voi(self) -> Means:
        """Say by what to predict the next VOI.

        The model, if the fallback can do the VOIs after it, or without one, if they can be left
        empty; else the fallback, if they can be left empty; else nothing, and so for the rest.
        """
        if not self.is_set:
            return Means.MODEL
        means = Means.NOTHING if self._is_over else self._best_means()
        self._is_over = means is Means.NOTHING
        return means

    @contextmanager
    def mirroring(self) -> Iterator[Mirroring]:
        """Say, while the model predicts a VOI inside, how often; learn what a pass takes."""
        if not self.is_set:
            yield Fixed(self.planned_passes)
            self._vois_left -= 1
            return
        start = self._clock()

        def spare(passes_done: int) -> Spare:
            return self._spare(passes_done, self._clock() - start)

        wanted = ALL_VIEWS if self._mirror is None else self._mirror
        weighed = self._disagreements if self._mirror is None else None
        shared = Shared(self._possible(wanted), spare=spare, disagreements=weighed)
        try:
            with interruptible(lambda: self._is_late(self._vois_left * self._pace.per_voi_to_come)):
                yield shared
        except OutOfTimeError:
            # It takes that long at least. By what the VOI is predicted instead counts as its end.
            self._pace.learn_pass(self._clock() - start)
            raise
        shared.finish()
        self._passes_left_out = max(self.planned_passes - shared.passes_done, 0)
        self._learn_pass(shared.passes_done, self._clock() - start)
        self._done()

    @contextmanager
    def fallback(self) -> Iterator[None]:
        """Learn what the fallback takes, while it predicts a VOI inside."""
        start, ended = self._clock(), False
        try:
            with interruptible(lambda: self._is_late(self._vois_left * self._pace.per_empty)):
                yield
            ended = True
        finally:
            self._pace.learn_fallback(self._clock() - start, ended=ended)
        self._done()

    def skip_voi(self) -> None:
        """Count a VOI that nothing could predict as dealt with."""
        self._vois_left -= 1

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Learn what reading a VOI takes."""
        start = self._clock()
        yield
        self._pace.learn_reading(self._clock() - start)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Learn what choosing the lesion of a predicted VOI and writing its mask take."""
        start = self._clock()
        yield
        self._pace.learn_writing(self._clock() - start)
        self._written += 1

    @property
    def passes_left_out(self) -> int:
        """Give how many of its planned passes the VOI that the model predicted last did not get."""
        return self._passes_left_out

    @property
    def planned_passes(self) -> int:
        """Give the passes that a VOI gets if time allows: those asked for, else the plain one."""
        return self._possible(self._mirror or 1)

    def _best_means(self) -> Means:
        pace, after = self._pace, self._vois_left - 1
        if pace.beside(pace.per_pass) + after * pace.per_voi_to_come <= self._usable_seconds():
            return Means.MODEL
        # The fallback is begun where its fastest fits, as it is stopped should it take longer.
        fastest = pace.fastest_fallback
        if fastest is None or self._is_late(pace.beside(fastest) + after * pace.per_empty):
            return Means.NOTHING
        return Means.FALLBACK

    def _possible(self, passes: int) -> int:
        """Limit a number of passes to what the model has."""
        return max(min(passes, self._passes(passes)), 1)

    @property
    def _waiting(self) -> int:
        """Give how many masks are to be written before the next VOI's, that one counted."""
        return self._predicted - self._written + 1

    def _is_late(self, needed: float) -> bool:
        """Say whether what runs now takes the time that the VOIs left need, its own writing too."""
        return self._left.is_less_than(needed + self._waiting * self._pace.per_writing)

    def _usable_seconds(self) -> float:
        """Give the seconds left for predicting, less what the masks under way take to write."""
        return self._left.usable_seconds() - self._waiting * self._pace.per_writing

    def _spare(self, passes_done: int, seconds_taken: float) -> Spare:
        to_come = self._vois_left - (passes_done > 0)
        per_pass = max(self._pace.per_pass, seconds_taken / max(passes_done, 1))
        seconds = self._usable_seconds() - to_come * self._pace.beside(per_pass)
        return Spare(seconds, per_pass, self._vois_left)

    def _learn_pass(self, passes_done: int, seconds: float) -> None:
        if passes_done:
            self._pace.learn_pass(seconds / passes_done)

    def _done(self) -> None:
        self._vois_left -= 1
        self._predicted += 1
