"""The one command hands over to the package that does it, under its own name."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from uls.workshop import ending
from uls23 import __main__ as command
from uls23.commands import COMMANDS, SECONDS_TO_END, Command

ROOT = Path(command.__file__).parents[1]


def run(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "uls23", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )


@pytest.mark.parametrize(("name", "command"), COMMANDS.items())
def test_each_command_is_there(name: str, command: Command) -> None:
    found: Any = typer.main.get_command(import_module(command.module).app)
    for word in command.words:
        found = found.commands[word]
    assert found.help or found.commands


def test_time_to_end_is_that_of_the_images() -> None:
    assert SECONDS_TO_END == ending.SECONDS


def test_without_a_command_all_are_listed() -> None:
    done = run()
    assert done.returncode == 0
    assert done.stdout == run("--help").stdout
    for name, one in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert one.summary in done.stdout


def test_help_and_errors_name_the_command_as_it_was_called() -> None:
    assert run("evaluate", "--help").stdout.startswith("Usage: uls23 evaluate [OPTIONS]")
    done = run("evaluate", "--masks")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("Found: --masks. See: uls23 evaluate --help")


def test_what_a_command_refuses_has_its_own_exit_code(tmp_path: Path) -> None:
    done = run("segment-stacks", "--input", str(tmp_path / "none"))
    assert done.returncode == 3
    assert str(tmp_path / "none") in done.stderr.splitlines()[-1]


def test_a_misspelt_command_is_told() -> None:
    done = run("evaluat")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: uls23: expected a command (segment, ")
    assert done.stderr.endswith("found 'evaluat'. Did you mean evaluate?\n")


def test_a_stranger_of_the_same_name_is_refused(tmp_path: Path) -> None:
    """`python -m` looks in the working folder first: a project of its own may have `training`."""
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "__init__.py").write_text("")
    done = run("train", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: package training: expected the one of uls23 (")
    assert f"found another of that name ({tmp_path}" in done.stderr


def test_version() -> None:
    assert run("--version").stdout.startswith("uls23 ")
