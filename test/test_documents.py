"""What the documents say: tables that are tables, and one figure for one thing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "out" for part in path.relative_to(ROOT).parts)
)


def tables(text: str) -> Iterator[list[str]]:
    """Give each run of lines that begin with a bar, code blocks left out."""
    rows: list[str] = []
    for line in [*re.sub(r"```.*?```", "", text, flags=re.DOTALL).splitlines(), ""]:
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            yield rows
            rows = []


def columns(row: str) -> int:
    """Count a row's cells: bars in code, or behind a backslash, part none."""
    return len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", row))) - 1


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_table_has_a_head_and_rows_of_one_width(path: Path) -> None:
    """Without a second row of dashes a table is shown as bars and text."""
    broken = [
        rows[0]
        for rows in tables(path.read_text("utf-8"))
        if len(rows) < 3
        or not re.fullmatch(r"\|(\s*:?-+:?\s*\|)+", rows[1])
        or len({columns(row) for row in rows}) > 1
    ]
    assert broken == []


def test_the_version_is_the_same_wherever_it_stands() -> None:
    project = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert project is not None
    assert cited is not None
    assert cited[1] == project[1]


def test_what_the_first_run_installs_has_one_size() -> None:
    """Measured: 678 MiB, 711 MB, by `du` of `.venv-run`."""
    said = re.search(r"a minute for `test\.sh` \((\d+ MB)\)", (ROOT / "README.md").read_text())
    printed = re.search(r"\(a minute, (\d+ MB)\)", (ROOT / "test.sh").read_text())
    assert said is not None
    assert printed is not None
    assert said[1] == printed[1]
