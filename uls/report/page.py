"""What a report consists of, before it is HTML: sections of text, tables and figures.

Knows neither metrics nor HTML. Every string is plain text, escaped where it enters the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["UNKNOWN", "Figure", "Headline", "Page", "Panels", "Section", "Table"]

UNKNOWN = "–"
"""Stands where a figure does not exist."""

Row = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; its first `words` and its last `words_at_end` columns are text, the others figures.

    If there are words at the end, the last column holds remarks. `bold` names cells as (row,
    column), counted from 0.
    """

    headings: Row
    rows: Sequence[Row]
    caption: str = ""
    words: int = 1
    words_at_end: int = 0
    bold: frozenset[tuple[int, int]] = frozenset()

    def is_text(self, column: int) -> bool:
        """Tell whether a column holds words, which are set to the left."""
        return column < self.words or column >= len(self.headings) - self.words_at_end

    def is_remarks(self, column: int) -> bool:
        """Tell whether a column holds whole remarks."""
        return bool(self.words_at_end) and column == len(self.headings) - 1


@dataclass(frozen=True, kw_only=True)
class Figure:
    """An image with its caption; `source` is a data URI, `alt` says what is to be seen."""

    source: str
    alt: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class Panels:
    """One lesion's images side by side, under a title."""

    title: str
    details: str
    images: Sequence[Figure]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report under its own title; empty parts of it are not shown."""

    title: str
    anchor: str
    text: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = ()
    panels: Sequence[Panels] = ()
    after: Sequence[str] = ()
    definitions: Sequence[tuple[str, str]] = ()
    folded: bool = False


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The one number, its interval, and a line on it."""

    name: str
    value: str
    interval: str
    remark: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A whole report."""

    title: str
    evaluated: str
    headline: Headline
    scored_zero: Sequence[str] = ()
    warnings: Sequence[str] = ()
    sections: Sequence[Section] = field(default_factory=list)
    versions: Sequence[tuple[str, str]] = ()
