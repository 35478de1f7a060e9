"""The exception tree: everything a person may read is a `UserError`, all else is a bug.

::

    UserError                exit 1   something a person can understand and mend
    ├── CallError            exit 2   the call is wrong: an option, a combination of options
    ├── InputError           exit 3   the input is wrong: a file, a folder, a value in it
    ├── ModelError           exit 4   the model is missing, damaged, or not one we can run
    └── OutputError          exit 1   the result cannot be written

Any other exception ends the program with exit code 1. `uls.workshop.failure` puts each into one
sentence.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

__all__ = [
    "CallError",
    "InputError",
    "ModelError",
    "OutputError",
    "UserError",
    "no_permission_is",
    "on_one_line",
]


_VALIDATION = re.compile(
    r"(\d+) validation errors? for .+\n(?:(\S.*)\n)?  (.+)"
    r" \[type=\w+, input_value=(.*), input_type=\w+\](?:.|\n)*"
)
"""The text of a `pydantic.ValidationError`: several lines, for programmers."""


class UserError(Exception):
    """An error whose message is written for the user and stands alone, without a traceback.

    Of several lines the last is the sentence that explains; those before are details.
    """

    exit_code: ClassVar[int] = 1

    @classmethod
    def about(cls, subject: Path | str, *, expected: str, found: str, hint: str = "") -> Self:
        """Say what the error is about, what was expected and found there, and what to do next.

        The message is one line, whatever stands in what it is made of.
        """
        text = f"{subject}: expected {on_one_line(expected)}, found {on_one_line(found)}."
        return cls(_printable(f"{text} {hint}" if hint else text))

    @classmethod
    def of_several(cls, problems: Sequence[str], *, hint: str) -> Self:
        """Name several problems, a line each; the last line says how many, and what to do next."""
        *_, last = problems
        if len(problems) == 1:
            return cls(f"{last} {hint}")
        return cls("\n".join([*problems, f"{len(problems)} problems, the last: {last} {hint}"]))


class CallError(UserError):
    """The call is wrong: an unknown option value, or options that exclude each other."""

    exit_code = 2


class InputError(UserError):
    """The input is wrong: a missing folder, a damaged image, a value that cannot be."""

    exit_code = 3


class ModelError(UserError):
    """The model is missing, fails verification, or is of a kind this program does not run."""

    exit_code = 4


class OutputError(UserError):
    """The result cannot be written where it was asked for."""


def on_one_line(text: str) -> str:
    """Join the lines of a text by blanks; of what pydantic says keep the first problem."""
    lines = _VALIDATION.sub(_first_problem, text).splitlines()
    return (
        " ".join(lines)
        if len(lines) < 2
        else " ".join(line.strip() for line in lines if line.strip())
    )


def _first_problem(said: re.Match[str]) -> str:
    number, where, what, value = said.groups()
    also = f", and {int(number) - 1} more" if int(number) > 1 else ""
    return f"{where or 'the whole'}: {what} (got {value}){also}"


@contextmanager
def no_permission_is(kind: type[UserError]) -> Iterator[None]:
    """Turn a PermissionError inside (or in a decorated function) into an error of ours.

    Args:
        kind: what it is an error of.
    """
    try:
        yield
    except PermissionError as error:
        expected = f"that user {os.getuid()} may read it"
        found = error.strerror or "no permission"
        raise kind.about(str(error.filename), expected=expected, found=found) from error


def _printable(text: str) -> str:
    """Escape what does not show, for example a line break in a file's name."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
