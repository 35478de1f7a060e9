"""Faults of the program told by kind and place only: their messages may quote a DICOM header."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uls.workshop.errors import UserError

__all__ = ["private_faults"]

_ROOT = Path(__file__).parents[2]
_OURS = tuple(_ROOT / name for name in ("clinic", "uls", "algorithm", "evaluation"))


@contextmanager
def private_faults() -> Iterator[None]:
    """Let nothing out of the block (or of a decorated function) that quotes what was read.

    Errors for the user and a lack of memory pass; any other is told by its kind and place.
    """
    try:
        yield
    except (UserError, MemoryError):
        raise
    except OSError as error:
        raise UserError(
            f"An error of the system: {error.strerror or type(error).__name__}."
        ) from None
    except Exception as error:
        text = (
            f"A fault in the program itself, not in what it was given: {type(error).__name__} in "
            f"{_place(error)}. No results were written. Please report this line."
        )
    else:
        return
    raise UserError(text)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if any(Path(f.filename).is_relative_to(p) for p in _OURS)] or frames
    return f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}"
