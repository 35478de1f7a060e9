"""Every command's help says all that its options were given to say, brackets included."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import algorithm.__main__
import evaluation.__main__
import evaluation.report.command
import training.__main__

ROOT = Path(algorithm.__main__.__file__).parents[1]

APPS = {
    "algorithm": algorithm.__main__.app,
    "evaluation": evaluation.__main__.app,
    "evaluation.report": evaluation.report.command.app,
    "training": training.__main__.app,
}


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give a command, and all that lie below it, each with the words that call it."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


ALL = [
    pytest.param(app, path, command, id=" ".join((program, *path)))
    for program, app in APPS.items()
    for path, command in commands(typer.main.get_command(app), ())
]


def squeezed(text: str) -> str:
    """Leave out blanks and line ends, at which help is wrapped."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(("app", "path", "command"), ALL)
def test_help_says_all(app: typer.Typer, path: tuple[str, ...], command: Any) -> None:
    result = CliRunner().invoke(app, [*path, "--help"], terminal_width=100)
    assert result.exit_code == 0, result.output
    shown = squeezed(result.output)
    told = [command.help or "", *(getattr(option, "help", "") or "" for option in command.params)]
    assert [text for text in told if squeezed(text) not in shown] == []


@pytest.mark.parametrize(
    ("app", "path", "says"),
    [
        ("algorithm", ["segment"], "a list with [z0,y0,x0,z1,y1,x1] or null for every VOI"),
        ("evaluation.report", ["picture"], "[x, y, z] in mm"),
        ("training", ["starter", "export"], "For other settings of its [search]."),
    ],
)
def test_what_rich_left_out_is_there(app: str, path: list[str], says: str) -> None:
    result = CliRunner().invoke(APPS[app], [*path, "--help"], terminal_width=100)
    assert squeezed(says) in squeezed(result.output)


@pytest.mark.parametrize("package", ["uls", "algorithm", "evaluation", "training"])
def test_groups_of_commands_are_made_in_one_place(package: str) -> None:
    files = [p for p in (ROOT / package).rglob("*.py") if p.name != "command_line.py"]
    assert [str(path) for path in files if "typer.Typer(" in path.read_text("utf-8")] == []
    assert sys.modules[package]
