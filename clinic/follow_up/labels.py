"""What a lesion is: the label "type,location" of the data set's JSON files."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from uls.workshop.errors import InputError

__all__ = ["Label", "LesionType", "parse_label"]


class LesionType(StrEnum):
    """The first part of a label."""

    PRIMARY = "t"
    METASTASIS = "m"
    ADENOPATHY = "n"

    @property
    def is_node(self) -> bool:
        """Tell lymph nodes, whose short axis counts, from tumours, whose long axis does."""
        return self is LesionType.ADENOPATHY


@dataclass(frozen=True)
class Label:
    """A lesion's type, and the organ or region where it lies."""

    type: LesionType
    location: str

    def __str__(self) -> str:
        return f"{self.type},{self.location}"


def parse_label(text: str, *, subject: Path | str) -> Label:
    """Read "m,liver"; blanks around either part do not count.

    Raises:
        InputError: there are not two parts, or the type is not t, m or n; names `subject`.
    """
    kind, _, location = (part.strip() for part in text.partition(","))
    if kind not in tuple(LesionType) or not location:
        raise InputError.about(
            subject,
            expected='a label "type,location" of type t (primary tumour), m (metastasis) or '
            "n (adenopathy)",
            found=repr(text),
        )
    return Label(LesionType(kind), location)
