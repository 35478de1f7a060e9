"""Every command's help says all that its options were given to say, brackets included."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
import typer
from typer.testing import CliRunner

import algorithm.__main__
import evaluation.__main__
import evaluation.report.command
import training.__main__
from algorithm.engines.options import DEVICES, PRECISIONS
from algorithm.engines.selection.create import NAMES

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


def names_of(note: Any) -> tuple[Any, ...]:
    """Give an option's names: of an annotation Typer holds the first one as a default at first."""
    return (getattr(note, "default", None), *(getattr(note, "param_decls", None) or ()))


def choices(command: Any, option: str) -> tuple[str, ...] | None:
    """Give what an option takes; None for a command without it, or one that takes any text."""
    if command.callback is None:
        return None
    for annotation in get_type_hints(command.callback, include_extras=True).values():
        taken, *notes = get_args(annotation) or (annotation,)
        if any(option in names_of(note) for note in notes):
            return get_args(taken) if get_origin(taken) is Literal else None
    return None


@pytest.mark.parametrize(
    ("option", "known"),
    [("--engine", NAMES), ("--device", DEVICES), ("--precision", PRECISIONS)],
)
def test_commands_that_run_a_network_offer_the_same(option: str, known: tuple[str, ...]) -> None:
    """All of them offer what the engines' own list has; `bench` takes names with a precision.

    The device of `cycle run` is where it trains.
    """
    running = {
        case.id: command
        for case in ALL
        for command in case.values[2:]
        if choices(command, "--engine") is not None
    }
    offered = {
        choices(command, option)
        for name, command in running.items()
        if (name, option) != ("training cycle run", "--device")
    }
    assert offered <= {known, None}
    assert {
        *("algorithm segment", "algorithm serve", "training cycle run"),
        *("training starter evaluate", "training nnunet predict"),
    } <= running.keys()
