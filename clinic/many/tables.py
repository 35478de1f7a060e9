"""The tables over all items, in their order: cases.csv, lesions.csv, failures.csv."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from clinic.many.work import ITEMS, Outcome
from uls.workshop.atomic import write_file

__all__ = ["TABLES", "write_tables"]

_CASES, _LESIONS, _FAILURES = TABLES = ("cases.csv", "lesions.csv", "failures.csv")


def write_tables(output: Path, names: Sequence[str], outcomes: Mapping[str, Outcome]) -> None:
    """Write what came of every item, and the lesions of all cases; no row says when or by whom.

    Args:
        output: the folder, with the items' folders in it.
        names: of all items, in their order.
        outcomes: by name.

    Raises:
        OutputError: a table cannot be written.
    """
    ended = [outcomes[name] for name in names]
    cases = [(one.name, one.lesions, one.problem) for one in ended]
    failed = [(one.name, one.kind, one.problem) for one in ended if one.state == "failed"]
    well = [one.name for one in ended if one.state != "failed"]
    write_file(output / _LESIONS, _csv(_lesions(output, well)))
    write_file(output / _FAILURES, _csv([("case", "kind", "problem"), *failed]))
    write_file(output / _CASES, _csv([("case", "lesions", "problem"), *cases]))


def _lesions(output: Path, names: Iterable[str]) -> Iterable[Sequence[object]]:
    """Give the rows of the cases' own tables, under one head; stacks have no such table."""
    head = False
    for name in names:
        path = output / ITEMS / name / _LESIONS
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            first, *rows = csv.reader(file)
        if not head:
            yield ("case", *first)
            head = True
        yield from ((name, *row) for row in rows)


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
