"""What a paper consists of: tables and figures by number, each made, or with the reason why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uls.report.drawing import Plot
from uls.report.page import Table

__all__ = ["Item"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One table or figure.

    Attributes:
        key: begins the names of its files, such as `figure-4`.
        title: its number in the paper and what it shows.
        caption: what it was made of.
        plots: by what their files' names end with; empty for the only one.
        tables: likewise.
        not_made: why there is nothing; empty where there is.
    """

    key: str
    title: str
    caption: str = ""
    plots: Mapping[str, Plot] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    not_made: str = ""

    def __post_init__(self) -> None:
        if bool(self.plots or self.tables) == bool(self.not_made):
            raise ValueError(f"{self.key}: made, or a reason why not")
