"""The command from folder to files."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from html_reading import Reading
from typer.testing import CliRunner

from training.__main__ import app
from uls.workshop import command_line

RUNNER = CliRunner()


def test_report(data: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "start_log", lambda **_: None)
    output = tmp_path / "report"
    result = RUNNER.invoke(app, ["hcuch", "report", str(data.root), "--output", str(output)])
    assert result.exit_code == 0, result.output
    files = sorted(path.name for path in output.iterdir())
    assert files == ["hcuch.json", "lesions.csv", "recist.csv", "report.html"]
    assert "5 lesions in 3 series of 2 patients" in result.stdout
    assert json.loads((output / "hcuch.json").read_text())["counts"]["lesions"] == 5
    with (output / "lesions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["diameter_mm"] == "12.0"
    with (output / "recist.csv").open() as file:
        assert [row["reported_mm"] for row in csv.DictReader(file)] == [
            "11.0",
            "12.0",
            "12.0",
            "9.0",
            "",
        ]
    page = Reading((output / "report.html").read_text())
    assert "Patient 1, lesion A (m,lung)" in page.text
    assert not [at for at in page.values("src") if not at.startswith("data:")]


def test_wrong_folder_is_exit_code_3(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "training", "hcuch", "report", str(tmp_path / "no")]
    done = subprocess.run(
        [*command, "--output", str(tmp_path / "out")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.startswith("Error:")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("arguments", [["hcuch", "--help"], ["hcuch", "report", "--help"]])
def test_help(arguments: list[str]) -> None:
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 0
    assert "RECIST" in result.output or "follow" in result.output
