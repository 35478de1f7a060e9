"""What all our command lines share: the default command, the log, the errors and exit codes.

Whatever ends a command early, the last line on standard error is the sentence that explains it.
"""

import logging
import os
import shlex
import signal
import sys
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from uls.workshop import ending
from uls.workshop.errors import CallError, on_one_line
from uls.workshop.failure import details, sentence

__all__ = ["add_benchmark", "commands", "run", "start_log"]

commands = partial(
    typer.Typer,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 120},
)
"""Makes a group of commands. Its help is plain text: rich would take what stands in brackets, such
as [x, y, z], for markup, and leave it out."""

_FOR_ALL = ("--help", "--version")
"""Options of a group of commands, before any of these is named."""

_KEYBOARD = 128 + signal.SIGINT
_BY_KEYBOARD = "stopped from the keyboard (Ctrl-C) before the end; nothing half written is left."
_SHOWN_CHARACTERS = 200

_ClickException: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
"""What Typer raises for a wrong call; its module is not public."""

_log = logging.getLogger(__name__)


def run(
    app: Callable[..., Any],
    *,
    default_command: str | None,
    arguments: Sequence[str] | None = None,
    seconds_to_end: float | None = None,
    program: str = "",
) -> NoReturn:
    """Run a command line and leave; the default command's name may be left out.

    Exits with 0 when done, with the code of `UserError` when a person can mend it, with 2 when the
    call is wrong, and with 1, after a traceback, for anything else.

    Args:
        app: the commands, or one of them; called with the arguments and `standalone_mode=False`.
        default_command: goes before arguments that begin with an option; None for one command.
        arguments: instead of those of the process.
        seconds_to_end: after SIGTERM, for what is running; then the process ends at once. None: as
            long as it takes.
        program: what the command is called by, for errors that do not know it.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    is_named = bool(given) and (not given[0].startswith("-") or given[0] in _FOR_ALL)
    if default_command is not None and not is_named:
        given.insert(0, default_command)
    signal.signal(signal.SIGTERM, lambda number, _: _stop(number, seconds_to_end))
    try:
        code = app(given, standalone_mode=False)
        _flush()
    except ending.Stopped as stopped:
        if seconds_to_end is not None:
            ending.end_now(say=stopped.sentence)
        _say(stopped.sentence)
        raise
    except Exception as error:  # whatever it is: it ends in a sentence
        sys.exit(_say_why(error, given, program))
    except KeyboardInterrupt:
        code = _KEYBOARD
    if code == _KEYBOARD:
        if seconds_to_end is not None:
            ending.end_now(_KEYBOARD, say=_BY_KEYBOARD)
        _say(_BY_KEYBOARD)
    sys.exit(code if isinstance(code, int) else 0)


def add_benchmark(app: typer.Typer, module: str) -> None:
    """Add the command `bench` of a module; it lies in a checkout, in no image and in no wheel.

    Args:
        app: the commands that get one more.
        module: what holds a function `bench`.
    """
    if _is_there(module):
        app.command()(import_module(module).bench)
        return

    @app.command("bench", hidden=True, context_settings={"ignore_unknown_options": True})
    def refuse(arguments: Annotated[list[str] | None, typer.Argument()] = None) -> None:
        raise CallError.about(
            "bench",
            expected=f"a checkout of the project, whose root is the working folder ({module})",
            found=f"none, or another's, in {Path.cwd()}; {len(arguments or ())} arguments not read",
            hint="Benchmarks are in no image and no wheel: clone the project and run this there.",
        )


def _is_there(module: str) -> bool:
    """Tell whether a module is ours, that is, lies in the checkout that this file lies in.

    A working folder of somebody else's may have `benchmarks`, too: of that nothing is imported.
    """
    package = module.partition(".")[0]
    ours = Path(__file__).parents[2] / package / "__init__.py"
    spec = find_spec(package)  # of a package at the top, which imports nothing
    found = None if spec is None else spec.origin
    return found is not None and ours.is_file() and ours.samefile(found)


def start_log(*, quiet: bool = False, verbose: bool = False) -> None:
    """Send the log to standard error: warnings only if quiet, all details if verbose."""
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(
        level=level,
        format="%(asctime)s %(levelname)-7s %(message)s",
        datefmt="%H:%M:%S",
        force=True,
    )


def _stop(signal_number: int, seconds: float | None) -> NoReturn:
    """Leave by an exception, so that what was half written is removed on the way out."""
    signal.signal(signal_number, signal.SIG_IGN)  # once is enough: it must not stop the cleaning
    ending.end_after(seconds)
    raise ending.Stopped


def _say_why(error: Exception, given: Sequence[str], program: str) -> int:
    """Say what went wrong, the sentence that explains it last; return the exit code."""
    if isinstance(error, _ClickException):
        return _say_what_is_wrong_with_the_call(error, given, program)
    if isinstance(error, typer.Abort):
        _say("stopped by an answer of 'no' or by the end of the input.")
        return 1
    _log.debug("The error came from here", exc_info=error)
    for line in details(error):
        typer.echo(line, err=True)
    _say(sentence(error))
    return int(getattr(error, "exit_code", 1))


def _say_what_is_wrong_with_the_call(error: Any, given: Sequence[str], program: str) -> int:
    """Show how the command is called, and last what is wrong with this call."""
    context: Any = getattr(error, "ctx", None)
    path = program if context is None else context.command_path
    command = f"{path} " if path else ""
    if context is not None and type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(context.get_help())
        _say(f"{command.strip()}: expected a command, found none. See: {command}--help")
        return int(error.exit_code)
    if context is not None:
        typer.echo(context.get_usage(), err=True)
    message = on_one_line(error.format_message()).rstrip(".")
    call = on_one_line(textwrap.shorten(shlex.join(given), _SHOWN_CHARACTERS, placeholder=" …"))
    _say(f"{message}. Found: {call or 'nothing'}. See: {command}--help")
    return int(error.exit_code)


def _flush() -> None:
    """Bring what was printed to its reader; one that is gone is an error, once."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the exit says it again
        raise


def _say(line: str) -> None:
    typer.echo(f"Error: {line}", err=True)
