"""How many mirrored passes a VOI gets: a number, or as many as its share of the spare time covers.

Passes are doubled, 1, 2, 4, 8: no axis mirrored, then one, two and three. Whether it is worth going
on shows in how far the passes so far disagree, so spare time is not shared evenly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

__all__ = ["ALL_VIEWS", "Disagreements", "Fixed", "Mirroring", "Shared", "Spare", "mirroring_of"]

ALL_VIEWS = 8
"""Views of a volume that is mirrored along any of three axes."""

_LEAST_WEIGHT, _LARGEST_WEIGHT = 1 / 4, 4.0
"""A VOI gets a quarter of an even share at least, and four of them at most."""


class Mirroring(Protocol):
    """Says, while a VOI is predicted, whether more mirrored passes are wanted."""

    @property
    def most(self) -> int:
        """Give the number of passes at most."""

    def go_on(self, passes_done: int, disagreement: float | None) -> bool:
        """Say whether to double the passes; asked after each doubling, the last one included.

        Args:
            passes_done: so far; the plain one counts.
            disagreement: 1 − Dice of the mask of the latest passes' mean and that of the earlier
                ones' mean, 0 to 1; None after the first pass.
        """

    def at_once(self) -> int:
        """Give the number of passes for a model that does them all at once, and does not ask."""


@dataclass(frozen=True)
class Fixed:
    """A number of passes that does not depend on anything."""

    most: int

    def go_on(self, passes_done: int, disagreement: float | None) -> bool:
        """See `Mirroring`."""
        return passes_done < self.most

    def at_once(self) -> int:
        """See `Mirroring`."""
        return self.most


def mirroring_of(mirror: int | Mirroring) -> Mirroring:
    """Let a plain number stand for that many passes; 0 means one, too."""
    return Fixed(max(mirror, 1)) if isinstance(mirror, int) else mirror


@dataclass(frozen=True)
class Spare:
    """The time that is left over when every VOI gets one pass, and who shares it.

    Attributes:
        seconds: spare now, after the passes that the present VOI had.
        per_pass: what one pass takes, in seconds.
        vois: how many share it: the present one and those to come.
    """

    seconds: float
    per_pass: float
    vois: int

    def covers(self, passes: int, *, done: int, most: int, weight: float = 1.0) -> bool:
        """Say whether the present VOI's share covers so many passes in all.

        Its share is an even one times its weight, of the time that was spare before it had any
        pass beyond the first; never more than there is. Where all VOIs can have all passes,
        nobody's weight takes them away.

        Args:
            passes: in question.
            done: so far.
            most: passes that a VOI may get.
            weight: the present VOI's.
        """
        fund = self.seconds + max(done - 1, 0) * self.per_pass
        even = fund / self.vois
        if even >= (most - 1) * self.per_pass:
            weight = max(weight, 1.0)
        return (passes - 1) * self.per_pass <= min(weight * even, fund)


class Disagreements:
    """How far each VOI's first two passes disagreed: what a VOI's own disagreement is held against.

    The first two, as every VOI that is mirrored has them. Later ones are smaller, being those of
    means, and so is what there is still to gain.
    """

    def __init__(self) -> None:
        self._sum = 0.0
        self._count = 0

    def weight(self, disagreement: float | None) -> float:
        """Give a VOI's weight: its disagreement over the mean of the VOIs before, 1/4 to 4."""
        if disagreement is None or not self._count:
            return 1.0
        mean = self._sum / self._count
        if mean == 0:
            return _LARGEST_WEIGHT if disagreement > 0 else 1.0
        return min(max(disagreement / mean, _LEAST_WEIGHT), _LARGEST_WEIGHT)

    def add(self, disagreement: float) -> None:
        """Remember a VOI's first disagreement."""
        self._sum += disagreement
        self._count += 1


class Shared:
    """The passes of one VOI, out of its share of the spare time.

    Args:
        most: passes at most.
        spare: gives the spare time after so many passes.
        disagreements: of the VOIs so far, which weigh this one's share; None for an even share,
            where the user asked for a number of passes.
    """

    def __init__(
        self,
        most: int,
        *,
        spare: Callable[[int], Spare],
        disagreements: Disagreements | None,
    ) -> None:
        self.most = most
        self.passes_done = 1
        self._spare = spare
        self._disagreements = disagreements
        self._first: float | None = None

    def go_on(self, passes_done: int, disagreement: float | None) -> bool:
        """See `Mirroring`."""
        self.passes_done = passes_done
        if self._first is None:
            self._first = disagreement
        if passes_done >= self.most:
            return False
        weight = self._disagreements.weight(disagreement) if self._disagreements else 1.0
        coming = min(2 * passes_done, self.most)
        spare = self._spare(passes_done)
        return spare.covers(coming, done=passes_done, most=self.most, weight=weight)

    def at_once(self) -> int:
        """Give the most that an even share covers; where nobody asked for a number, the plain one.

        See `Mirroring`.
        """
        if self._disagreements is None:
            spare = self._spare(0)
            steps = [n for n in {2, 4, self.most} if n <= self.most]
            covered = [n for n in steps if spare.covers(n, done=0, most=self.most)]
            self.passes_done = max(covered, default=1)
        return self.passes_done

    def finish(self) -> None:
        """Let the VOIs to come be held against this one."""
        if self._disagreements is not None and self._first is not None:
            self._disagreements.add(self._first)
