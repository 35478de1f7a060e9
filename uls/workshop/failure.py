"""Any exception in one sentence, for a log's last line: what, expected, found, the next step."""

import errno
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from uls.workshop.errors import UserError, on_one_line

__all__ = ["details", "first_problem", "sentence"]

_NO_BUG = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EMFILE,
    errno.ENOSPC,
    errno.EPERM,
    errno.EPIPE,
    errno.EROFS,
    errno.ESTALE,
}
"""Errors of the system that no program can help: they need no traceback."""

_OUR_PACKAGES = ("uls", "algorithm", "evaluation", "clinic", "training", "uls23")
_SHOWN_CHARACTERS = 80


def sentence(error: BaseException) -> str:
    """Say in one line what is wrong, what was expected and found, and what to do next."""
    if isinstance(error, UserError):
        return (str(error).splitlines() or [type(error).__name__])[-1].strip()
    if _is_out_of_memory(error):
        return (
            "memory: expected enough for this job, found that no more can be had. Give the "
            "process more (docker run --memory), or end what else uses it."
        )
    if isinstance(error, ModuleNotFoundError) and not _is_ours(error.name):
        return (
            f"the Python package {error.name!r}: expected that it is installed, found that it is "
            "not. `make venv` installs all; the README says which extra of uls23 has which."
        )
    if isinstance(error, OSError) and error.errno in _NO_BUG:
        return (
            f"{error.filename or 'a file'}: expected that it can be read or written, found "
            f"{error.strerror}. Check its owner, the free space and, in a container, the mount."
        )
    return (
        f"a fault in the program, not in what it was given: {type(error).__name__}: "
        f"{on_one_line(str(error)) or 'without a message'}{_place(error)}. Please report it with "
        "the lines above."
    )


def details(error: BaseException) -> Sequence[str]:
    """Give the lines that belong before the sentence: further problems, or a traceback."""
    if isinstance(error, UserError):
        return str(error).splitlines()[:-1]
    if "a fault in the program" not in sentence(error):
        return []
    lines = traceback.format_exception(error)
    return "".join(lines).rstrip().splitlines()


def first_problem(error: Any) -> str:
    """Say the first thing that pydantic found wrong, on one line: where, what, and the value."""
    problems = error.errors(include_url=False)
    problem = problems[0]
    where = ".".join(str(part) for part in problem["loc"]) or "the whole"
    also = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    if problem["type"] == "missing":
        return f"no entry {where!r}{also}"
    value = repr(problem.get("input"))
    shown = value if len(value) <= _SHOWN_CHARACTERS else f"{value[:_SHOWN_CHARACTERS]}…"
    return on_one_line(f"{where}: {problem['msg']} (got {shown}){also}")


def _is_out_of_memory(error: BaseException) -> bool:
    """Also torch's OutOfMemoryError, which must not be imported for that."""
    no_memory = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return no_memory or isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__


def _is_ours(module: str | None) -> bool:
    return (module or "").partition(".")[0] in _OUR_PACKAGES


def _place(error: BaseException) -> str:
    """Say where a bug is: the last line of ours that the traceback names."""
    root = Path(__file__).parents[2]
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        file = Path(frame.filename)
        if file.is_relative_to(root) and file.relative_to(root).parts[0] in _OUR_PACKAGES:
            return f" ({file.relative_to(root)}, line {frame.lineno})"
    return ""
