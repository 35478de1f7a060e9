"""What still fits in the time that is left. Asked before each VOI, never inside one."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from uls.errors import UserError

__all__ = ["PASS_STEPS", "Deadline", "DeadlineError", "seconds_since_process_start"]

PASS_STEPS = (1, 2, 4, 8)
"""Mirrored passes that `--mirror auto` chooses from: no axis, one, two and three axes mirrored."""

_RESERVE = 0.1
"""Share of the time left that is kept back for slower VOIs, writing and leaving."""

_START_TICKS_FIELD = 19
"""Process start time among the fields of /proc/self/stat behind the name (proc(5), field 22)."""


class DeadlineError(UserError):
    """The time budget is spent and VOIs are left: the job ends without a result."""


class Deadline:
    """Chooses the number of mirrored passes for each VOI and stops a job that is too slow.

    Args:
        n_vois: how many VOIs the job has.
        mirror: passes for every VOI, or None to choose: as many as fit in the budget, and without
            a budget none but the plain one.
        budget_seconds: for the whole process, from its start; None for as long as it takes.
        passes: how many network passes a value of `mirror` means, see `Predictor.passes`.
        spent_seconds: how much of the budget is spent already.
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vois_left = n_vois
        self._mirror = mirror
        self._passes = passes
        self._budget_seconds = budget_seconds
        self._clock = clock
        self._start = clock() - spent_seconds
        self._seconds_per_pass: float | None = None

    def mirror_for_next_voi(self) -> int:
        """Give the number of mirrored passes for the next VOI.

        Raises:
            DeadlineError: the budget is spent.
        """
        left = self._seconds_left()
        if left is not None and left <= 0:
            raise DeadlineError(
                f"The budget of {self._budget_seconds:g} s is spent, {self._vois_left} VOIs left, "
                "so no masks were written. Give more time, fewer VOIs, or a faster model."
            )
        if self._mirror is not None:
            return self._mirror
        if left is None or self._seconds_per_pass is None:
            return PASS_STEPS[0]
        per_voi = left * (1 - _RESERVE) / self._vois_left
        fitting = [n for n in PASS_STEPS if self._passes(n) * self._seconds_per_pass <= per_voi]
        return max(fitting, default=PASS_STEPS[0])

    def voi_done(self, *, passes: int, seconds: float) -> None:
        """Learn from a VOI how long a pass takes; the slowest so far is what counts."""
        self._vois_left -= 1
        self._seconds_per_pass = max(self._seconds_per_pass or 0.0, seconds / passes)

    def _seconds_left(self) -> float | None:
        if self._budget_seconds is None:
            return None
        return self._budget_seconds - (self._clock() - self._start)


def seconds_since_process_start() -> float:
    """Tell how long this process has run: imports count against the budget too (Linux; else 0)."""
    stat, uptime = Path("/proc/self/stat"), Path("/proc/uptime")
    if not stat.exists() or not uptime.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    started = int(fields[_START_TICKS_FIELD]) / os.sysconf("SC_CLK_TCK")
    return max(0.0, float(uptime.read_text().split()[0]) - started)
