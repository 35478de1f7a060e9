"""How many mirrored passes a VOI gets: a number, or as long as somebody says to go on."""

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Fixed", "Mirroring", "mirroring_of"]


class Mirroring(Protocol):
    """Says, while a VOI is predicted, whether more mirrored passes are worth it.

    Attributes:
        most: passes at most.
    """

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
