"""Rows of a table of measurements: each cell read strictly, each fault with its line."""

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from uls.workshop.errors import InputError

__all__ = ["Row", "read_rows", "sound_rows"]

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        table: the file.
        line: the row's line in it, from 1.
        cells: by column.
    """

    table: Path
    line: int
    cells: Mapping[str, str]

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.table}, line {self.line}"

    def text(self, column: str) -> str:
        """Return a cell's text; empty where the row has no such cell."""
        return self.cells.get(column, "").strip()

    def number(self, column: str) -> float:
        """Return a cell's number, which is finite."""
        return self.numbers(column, 1)[0]

    def whole(self, column: str) -> int:
        """Return a cell's number, which has no fraction."""
        value = self.number(column)
        if not value.is_integer():
            raise self.error(column, "a whole number")
        return int(value)

    def numbers(self, column: str, count: int | None) -> list[float]:
        """Return a cell's numbers, parted by commas; a count of None asks for pairs."""
        try:
            numbers = [float(text) for text in self.text(column).split(",")]
        except ValueError:
            numbers = []
        if count is None:
            fits, expected = bool(numbers) and not len(numbers) % 2, "pairs of numbers"
        else:
            fits = len(numbers) == count
            expected = "a number" if count == 1 else f"{count} numbers"
        if not fits or not all(map(math.isfinite, numbers)):
            raise self.error(column, expected if count == 1 else f"{expected} parted by commas")
        return numbers

    def error(self, column: str, expected: str, found: str = "") -> InputError:
        """Return an error about a cell, or about several."""
        return InputError.about(
            f"{self.place}, column {column!r}",
            expected=expected,
            found=found or repr(self.text(column)),
            hint="Mend the row, or say --skip-damaged to leave it out.",
        )


def read_rows(path: Path, columns: Iterable[str]) -> list[Row]:
    """Return the rows of a CSV file that has, among others, these columns; empty rows are no rows.

    Raises:
        InputError: the file is missing or damaged, or a column is.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            present = rows.fieldnames or []
            missing = [name for name in columns if name not in present]
            if missing:
                raise InputError.about(
                    path,
                    expected=f"a column {missing[0]!r}",
                    found=", ".join(present) or "an empty file",
                )
            found = [(rows.line_num, row) for row in rows]
    except FileNotFoundError as error:
        raise InputError.about(path, expected="a CSV file", found="no file") from error
    except (OSError, ValueError, csv.Error) as error:
        raise InputError.about(path, expected="a CSV file in UTF-8", found=str(error)) from error
    cells = [(line, {k: v or "" for k, v in row.items() if k is not None}) for line, row in found]
    return [Row(path, line, row) for line, row in cells if any(map(str.strip, row.values()))]


def sound_rows(
    rows: Iterable[Row], make: Callable[[Row], _Made], *, skip_damaged: bool
) -> tuple[list[_Made], dict[str, str]]:
    """Return what is made of the rows, and by line what is wrong with those that are damaged.

    Args:
        rows: of a table.
        make: reads a row.
        skip_damaged: leave damaged rows out; otherwise the first ends all.

    Raises:
        InputError: a row is damaged, and is not to be left out.
    """
    made: list[_Made] = []
    damaged: dict[str, str] = {}
    for row in rows:
        try:
            made.append(make(row))
        except InputError as error:
            if not skip_damaged:
                raise
            damaged[row.place] = str(error)
    return made, damaged
