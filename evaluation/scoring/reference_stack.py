"""One stack of the reference data, and what is known of its VOIs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uls.geometry.voi import Spacing
from uls.images.stack import StackHeader

__all__ = ["ClickPair", "LesionRow", "ReferenceStack"]


@dataclass(frozen=True)
class LesionRow:
    """What lesions.csv says of one VOI; blank cells are left out of `attributes`."""

    patient: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClickPair:
    """Two clicks on one lesion: their VOIs' indices, and the shift (x, y, z) that takes b to a."""

    a: int
    b: int
    shift_mm: Spacing


@dataclass(frozen=True)
class ReferenceStack:
    """One stack of reference masks.

    Attributes:
        header: the verified header of the masks' file.
        spacings_mm: per VOI, along (x, y, z).
        lesions: indices of the VOIs scored for Dice and axes, one a lesion, in scoring order.
        clicks: per lesion with several clicks, the pairs that are compared.
        rows: by VOI, what lesions.csv says; empty without that file.
    """

    header: StackHeader
    spacings_mm: tuple[Spacing, ...]
    lesions: tuple[int, ...]
    clicks: tuple[tuple[ClickPair, ...], ...]
    rows: Mapping[int, LesionRow] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self.header.name
