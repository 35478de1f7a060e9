"""How long passes, turns of the fallback, reading and writing take: rehearsed, then learned."""

from collections import deque
from math import inf

from algorithm.job.rehearsal import Expected

__all__ = ["Pace"]

_LATEST = 3
"""A pass takes as long as the longest of so many: machines get busy, and quiet again."""


class Pace:
    """Seconds that things take on this machine as it is now.

    Args:
        expected: what the rehearsal says.

    Attributes:
        per_empty: an empty mask.
        per_writing: choosing the lesion of a predicted VOI and writing its mask, at most so far.
        per_reading: a VOI, at most so far.
        fastest_fallback: a VOI by the fallback, at least; None without one.
    """

    def __init__(self, expected: Expected) -> None:
        self._rehearsed_pass = expected.per_pass
        self._latest_passes: deque[float] = deque(maxlen=_LATEST)
        self._fallback_as_rehearsed = self.fastest_fallback = expected.per_fallback
        self.per_empty = self.per_writing = expected.per_empty_mask
        self.per_reading = 0.0

    def learn_pass(self, seconds: float) -> None:
        """Learn what a pass took; one that was stopped takes that long at least."""
        self._latest_passes.append(seconds)

    def learn_fallback(self, seconds: float, *, ended: bool) -> None:
        """Learn what a VOI took by the fallback; one that was stopped takes that long at least."""
        so_far = self._fallback_as_rehearsed or 0.0
        self._fallback_as_rehearsed = max(so_far, seconds / self._slowdown)
        if ended:
            self.fastest_fallback = min(self.fastest_fallback or seconds, seconds)

    def learn_reading(self, seconds: float) -> None:
        """Learn what reading a VOI took."""
        self.per_reading = max(self.per_reading, seconds)

    def learn_writing(self, seconds: float) -> None:
        """Learn what keeping a lesion and writing its mask took."""
        self.per_writing = max(self.per_writing, seconds)

    @property
    def per_pass(self) -> float:
        """Return what a pass of the model takes over a VOI."""
        return max(self._latest_passes, default=self._rehearsed_pass)

    @property
    def per_voi_to_come(self) -> float:
        """Return what is kept free for a VOI to come: the fallback's turn, or an empty mask."""
        fallback = self._fallback_as_rehearsed
        return self.per_empty if fallback is None else self.beside(fallback * self._slowdown)

    def beside(self, seconds: float) -> float:
        """Return how long a VOI takes while the next is read and the one before is written."""
        return max(seconds, self.per_reading, self.per_writing)

    @property
    def _slowdown(self) -> float:
        """Return by how much the machine is slower than at the rehearsal, as far as passes show."""
        if not self._latest_passes or not 0 < self._rehearsed_pass < inf:
            return 1.0
        return max(1.0, self.per_pass / self._rehearsed_pass)
