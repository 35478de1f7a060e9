"""`python -m evaluation compare`, as it is called."""

import json
import sys
from pathlib import Path

import pytest
from synthetic_scores import Write
from typer.testing import CliRunner, Result

from evaluation.__main__ import app
from uls.workshop.errors import CallError


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["compare", *map(str, arguments), "--resamples", "200"])


def test_prints_the_tables_and_writes_nothing_unless_told(write: Write) -> None:
    files = [write("a", [0.1, 0.4]), write("b", [0.2, 0.6])]
    before = sorted(files[0].parents[1].rglob("*"))
    result = run(*files)
    assert result.exit_code == 0, result.output
    assert "nnUnet-ResEnc+SS (published)" in result.output
    assert sorted(files[0].parents[1].rglob("*")) == before


def test_writes_the_comparison_and_a_figure_a_pair(write: Write, tmp_path: Path) -> None:
    files = [write(name, [0.1, dice]) for name, dice in (("a/1", 0.4), ("b", 0.6), ("c", 0.5))]
    out = tmp_path / "out"
    result = run(*files, "--names", "my/A, B, C", "--output", out)
    assert result.exit_code == 0, result.output
    written = json.loads((out / "compare.json").read_text())
    assert [standing["name"] for standing in written["standings"]] == ["B", "C", "my/A"]
    figures = sorted(path.name for path in out.glob("*.svg"))
    assert figures == [
        "differences-0-my_A-B.svg",
        "differences-1-my_A-C.svg",
        "differences-2-B-C.svg",
    ]
    assert len(list(out.iterdir())) == 5
    assert (out / "models.md").read_text().splitlines()[2].startswith("| model")


def test_without_matplotlib_it_says_so(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.compare.files.find_spec", lambda _: None)
    result = run(write("a", [0.1]), write("b", [0.2]), "--output", tmp_path / "out")
    assert "No figures: matplotlib is not installed" in result.output
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["compare.json", "models.md"]


def test_without_scipy_nothing_is_written(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    result = run(write("a", [0.1]), write("b", [0.2]), "--output", tmp_path / "out")
    assert isinstance(result.exception, CallError)
    assert not (tmp_path / "out").exists()


def test_one_file_is_a_wrong_call(write: Write) -> None:
    assert isinstance(run(write("a", [0.1])).exception, CallError)
