"""lesions.csv: what is known of the lesions beside their masks (type, centre, patient, …).

A row is a VOI, named by `voi` (its index in the stack) or by `lesion` (its place in
single_sample.json); `stack` may be left out where there is one stack. `patient` is what intervals
are drawn by; all other columns are kept as they stand.
"""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaluation.scoring.reference_stack import LesionRow, ReferenceStack
from uls.workshop.errors import InputError

__all__ = ["LESION_FILE", "with_rows"]

LESION_FILE = "lesions.csv"

_STACK, _VOI, _LESION, _PATIENT = "stack", "voi", "lesion", "patient"


Rows = dict[str, dict[int, LesionRow]]
"""By stack name and VOI."""


def with_rows(path: Path, stacks: Sequence[ReferenceStack]) -> tuple[ReferenceStack, ...]:
    """Add to each stack what lesions.csv says of its VOIs; without the file that is nothing.

    Raises:
        InputError: the file is damaged, refers to what is not there, says something twice, leaves a
            scored lesion out, or has one lesion in several patients; the message names the place.
    """
    if not path.exists():
        return tuple(stacks)
    rows = _read_rows(path, {stack.name: stack for stack in stacks})
    _check_all_scored(path, rows, stacks)
    for stack in stacks:
        _check_patients(path, stack, rows[stack.name])
    return tuple(replace(stack, rows=rows[stack.name]) for stack in stacks)


def _read_rows(path: Path, stacks: Mapping[str, ReferenceStack]) -> Rows:
    rows: Rows = {name: {} for name in stacks}
    columns, lines = _read_lines(path)
    for number, cells in lines:
        row = _Row(path, number, dict(zip(columns, cells, strict=True)))
        stack = row.stack(stacks)
        voi = row.voi(stacks[stack])
        if voi in rows[stack]:
            raise row.error(row.index_column, "every VOI once", f"VOI {voi} of {stack!r} again")
        rows[stack][voi] = row.content()
    return rows


def _read_lines(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Give the columns' names, and per row its line number in the file and its cells."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise InputError.about(path, expected="a CSV file in UTF-8", found=str(error)) from error
    lines = [(number, cells) for number, cells in lines if any(cells)]
    if not lines:
        raise InputError.about(path, expected="a row of column names", found="an empty file")
    columns = [name.lower() for name in lines[0][1]]
    _check_columns(path, columns)
    for number, cells in lines[1:]:
        if len(cells) != len(columns):
            raise InputError.about(
                f"{path}, line {number}",
                expected=f"{len(columns)} cells, as there are columns",
                found=f"{len(cells)}",
                hint="A cell with a comma in it needs double quotes.",
            )
    return columns, lines[1:]


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    subject = f"{path}, line 1"
    found = ", ".join(map(repr, columns))
    if "" in columns or max(Counter(columns).values()) > 1:
        raise InputError.about(subject, expected="distinct column names", found=found)
    if (_VOI in columns) == (_LESION in columns):
        raise InputError.about(
            subject,
            expected=f"either a column {_VOI!r} (index in the stack) or {_LESION!r} "
            "(place in single_sample.json), cells parted by commas",
            found=found,
        )


@dataclass(frozen=True)
class _Row:
    """One row, and where it stands."""

    path: Path
    number: int
    cells: Mapping[str, str]

    def error(self, column: str, expected: str, found: str) -> InputError:
        subject = f"{self.path}, line {self.number}, column {column!r}"
        return InputError.about(subject, expected=expected, found=found)

    @property
    def index_column(self) -> str:
        """The column that says which VOI the row is about."""
        return _VOI if _VOI in self.cells else _LESION

    def stack(self, stacks: Mapping[str, ReferenceStack]) -> str:
        """Find the stack that the row is about."""
        if _STACK not in self.cells and len(stacks) == 1:
            return next(iter(stacks))
        name = self.cells.get(_STACK, "")
        if name not in stacks:
            found = repr(name) if _STACK in self.cells else "no such column"
            raise self.error(_STACK, f"one of the stacks {', '.join(stacks)}", found)
        return name

    def voi(self, stack: ReferenceStack) -> int:
        """Find the VOI that the row is about."""
        column = self.index_column
        limit = stack.header.n_vois if column == _VOI else len(stack.lesions)
        text = self.cells[column]
        if not (text.isascii() and text.isdigit()) or int(text) >= limit:
            raise self.error(column, f"a whole number from 0 to {limit - 1}", repr(text))
        return int(text) if column == _VOI else stack.lesions[int(text)]

    def content(self) -> LesionRow:
        """Give what the row says of its VOI."""
        patient = self.cells.get(_PATIENT)
        if patient == "":
            raise self.error(_PATIENT, "a patient in every row", "an empty cell")
        named = {_STACK, _VOI, _LESION, _PATIENT}
        attributes = {k: v for k, v in self.cells.items() if k not in named and v}
        return LesionRow(patient, attributes)


def _check_all_scored(path: Path, rows: Rows, stacks: Sequence[ReferenceStack]) -> None:
    left_out = [
        f"VOI {voi} of stack {stack.name!r}"
        for stack in stacks
        for voi in stack.lesions
        if voi not in rows[stack.name]
    ]
    if left_out:
        raise InputError.about(
            path,
            expected="a row for every scored lesion",
            found=f"none for {', '.join(left_out[:5])}{' and others' if left_out[5:] else ''}",
            hint="What is not known of a lesion can be an empty cell.",
        )


def _check_patients(path: Path, stack: ReferenceStack, rows: Mapping[int, LesionRow]) -> None:
    """Refuse clicks on one lesion that are said to be in several patients."""
    for pairs in stack.clicks:
        vois = sorted({voi for pair in pairs for voi in (pair.a, pair.b) if voi in rows})
        patients = {rows[voi].patient for voi in vois}
        if len(patients) > 1:
            raise InputError.about(
                f"{path}, column 'patient'",
                expected=f"one patient for VOIs {vois} of stack {stack.name!r}, clicks on a lesion",
                found=", ".join(repr(rows[voi].patient) for voi in vois),
            )
