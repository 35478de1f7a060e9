"""What all our command lines share: the default command, the log, the errors and exit codes."""

import logging
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import typer

from uls.errors import UserError

__all__ = ["run", "start_log"]

_EXIT_BY_SIGNAL = 128
"""A process that a signal ended exits with 128 plus the signal's number (POSIX shells)."""

_log = logging.getLogger(__name__)


def run(app: typer.Typer, *, default_command: str, arguments: Sequence[str] | None = None) -> None:
    """Run a command line; the default command's name may be left out.

    Exits with 0 when done, with the code of `UserError` when a person can mend it (after one line
    that says how), with 2 when the call is wrong, and with 1 and a traceback for anything else.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("--help", "--version")):
        given.insert(0, default_command)
    signal.signal(signal.SIGTERM, _stop)
    try:
        app(given, standalone_mode=True)
    except UserError as error:
        _log.debug("The error came from here", exc_info=True)
        typer.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)


def _stop(signal_number: int, _: FrameType | None) -> NoReturn:
    """Leave by an exception, so that what was half written is removed on the way out."""
    sys.exit(_EXIT_BY_SIGNAL + signal_number)


def start_log(*, quiet: bool = False, verbose: bool = False) -> None:
    """Send the log to standard error: warnings only if quiet, all details if verbose."""
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(
        level=level,
        format="%(asctime)s %(levelname)-7s %(message)s",
        datefmt="%H:%M:%S",
        force=True,
    )
