"""The exception tree: everything a person may read is a `UserError`, all else is a bug.

::

    UserError                exit 1   something a person can understand and mend
    ├── CallError            exit 2   the call is wrong: an option, a combination of options
    ├── InputError           exit 3   the input is wrong: a file, a folder, a value in it
    ├── ModelError           exit 4   the model is missing, damaged, or not one we can run
    └── OutputError          exit 1   the result cannot be written

Any other exception ends the program with exit code 1 and its traceback.
"""

import os
from collections.abc import Iterator
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
]


class UserError(Exception):
    """An error whose message is written for the user and stands alone, without a traceback."""

    exit_code: ClassVar[int] = 1

    @classmethod
    def about(cls, subject: Path | str, *, expected: str, found: str, hint: str = "") -> Self:
        """Say what the error is about, what was expected and found there, and what to do next."""
        text = f"{subject}: expected {expected}, found {found}."
        return cls(f"{text} {hint}" if hint else text)


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


@contextmanager
def no_permission_is(kind: type[UserError]) -> Iterator[None]:
    """Turn the system's refusal to read something inside (or in a decorated function) into ours.

    Args:
        kind: what it is an error of.
    """
    try:
        yield
    except PermissionError as error:
        expected = f"that user {os.getuid()} may read it"
        found = error.strerror or "no permission"
        raise kind.about(str(error.filename), expected=expected, found=found) from error
