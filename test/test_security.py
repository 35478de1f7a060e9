"""SECURITY.md says what stops what, and where that is tested: every test that it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_NAMED = re.compile(r"`(test/[\w/.]+|)(?:::(\w+))?`")


def rows(text: str) -> list[list[str]]:
    """The cells of the rows of its table, without the heading."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def named_tests(cell: str) -> list[tuple[str, str]]:
    """Files and functions that a cell names; `::name` means the file before it."""
    found: list[tuple[str, str]] = []
    for file, function in _NAMED.findall(cell):
        found.append((file or found[-1][0], function))
    return found


def missing(cell: str) -> list[str]:
    """What of the tests that a cell names does not exist."""
    gone = []
    for file, function in named_tests(cell):
        path = ROOT / file
        text = path.read_text("utf-8") if path.is_file() else None
        if text is None or (function and f"\ndef {function}(" not in text):
            gone.append(f"{file}::{function}")
    return gone


@pytest.mark.parametrize("row", rows((ROOT / "SECURITY.md").read_text("utf-8")), ids=str)
def test_every_defence_names_tests_that_exist(row: list[str]) -> None:
    assert len(row) == 4
    assert named_tests(row[3]), "a defence without a test"
    assert missing(row[3]) == []


def test_a_test_that_does_not_exist_is_found() -> None:
    here = "`test/test_security.py::test_a_test_that_does_not_exist_is_found`"
    assert missing(f"{here}, `::test_nothing`") == ["test/test_security.py::test_nothing"]
    assert missing("`test/test_nothing.py`") == ["test/test_nothing.py::"]
    assert missing(here) == []


def test_the_table_has_rows() -> None:
    assert len(rows((ROOT / "SECURITY.md").read_text("utf-8"))) > 20
