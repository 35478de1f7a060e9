"""The one command: `uls23 segment`, `uls23 evaluate`, …; each loads only the package it needs."""

import uls.workshop.first_process  # noqa: F401, I001  (before all that is slow to import)

import sys
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import typer

from uls.workshop import command_line
from uls.workshop.errors import CallError
from uls.workshop.failure import sentence
from uls23.commands import COMMANDS, GROUPS, Command

__all__ = ["main"]

_ROOT = Path(__file__).parents[1]
_EXIT_OF_A_WRONG_CALL = 2


def main() -> None:
    """Run the command line (`uls23`)."""
    words = sys.argv[1:]
    if not words or words[0] in ("--help", "-h"):
        sys.stdout.write(_overview())
        return
    if words[0] == "--version":
        sys.stdout.write(f"uls23 {_version()}\n")
        return
    if words[0] not in COMMANDS:
        _refuse(words[0])
    _run(words[0], COMMANDS[words[0]], words[1:])


def _run(name: str, command: Command, rest: list[str]) -> NoReturn:
    """Hand over to the package that does it, which ends the process."""
    try:
        module = _ours(command.module)
    except CallError as error:
        sys.stderr.write(f"Error: {sentence(error)}\n")
        sys.exit(error.exit_code)
    called: Any = typer.main.get_command(module.app)
    for word in command.words:
        called = called.commands[word]
    command_line.run(
        partial(called, prog_name=f"uls23 {name}"),
        default_command=None,
        arguments=rest,
        seconds_to_end=command.seconds_to_end,
        program=f"uls23 {name}",
    )


def _ours(name: str) -> ModuleType:
    """Import a module of this distribution, and make sure that no stranger hides it.

    Raises:
        CallError: another distribution installed a package of the same name.
    """
    package = name.partition(".")[0]
    found = getattr(import_module(package), "__file__", None)
    expected = _ROOT / package / "__init__.py"
    if found is None or not Path(found).samefile(expected):
        raise CallError.about(
            f"package {package}",
            expected=f"the one of uls23 ({expected})",
            found=f"another of that name ({found})",
            hint="Install uls23 in an environment of its own, and start it in another folder.",
        )
    return import_module(name)


def _refuse(word: str) -> NoReturn:
    near = get_close_matches(word, COMMANDS, n=1)
    error = CallError.about(
        "uls23",
        expected=f"a command ({', '.join(COMMANDS)})",
        found=repr(word),
        hint=f"Did you mean {near[0]}?" if near else "See: uls23 --help",
    )
    sys.stderr.write(f"Error: {sentence(error)}\n")
    sys.exit(_EXIT_OF_A_WRONG_CALL)


def _overview() -> str:
    """Return the list of commands."""
    width = max(map(len, COMMANDS)) + 2
    lines = [
        "Usage: uls23 COMMAND [OPTIONS]",
        "",
        "One-click segmentation of lesions in CT, and its exact scoring. Not a medical device.",
        "`uls23 COMMAND --help` says what a command takes; `uls23 --version` says the release.",
    ]
    for heading, commands in GROUPS.items():
        lines += ["", f"{heading}:"]
        lines += [f"  {name:<{width}}{one.summary}" for name, one in commands.items()]
    return "\n".join(lines) + "\n"


def _version() -> str:
    try:
        return version("uls23")
    except PackageNotFoundError:
        return "from its source tree"


if __name__ == "__main__":
    main()
