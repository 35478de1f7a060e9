"""Reading JSON files into pydantic models, with errors that name the file and the entry."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from uls.workshop.errors import ModelError
from uls.workshop.failure import first_problem
from uls.workshop.foreign_files import Recognised, recognise

__all__ = ["StrictModel", "first_problem", "parse", "read_object"]

_Parsed = TypeVar("_Parsed", bound=BaseModel)


class StrictModel(BaseModel):
    """JSON of our own: no unknown entries, no NaN or infinity, not changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_object(path: Path, *, missing_hint: str = "") -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Args:
        path: the file.
        missing_hint: what to do where it is missing or may not be read.

    Raises:
        ModelError: the file is missing, unreadable, or holds something else.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        found = error.strerror or str(error)
        raise ModelError.about(
            path, expected="a readable JSON file", found=found, hint=missing_hint
        ) from error
    except (ValueError, RecursionError) as error:
        known = recognise(path) or Recognised(
            str(error).splitlines()[0], "The file is damaged: copy or download it again."
        )
        raise ModelError.about(
            path, expected="a JSON file", found=known.found, hint=known.hint
        ) from error
    if not isinstance(content, dict):
        found = f"a JSON {type(content).__name__}"
        hint = "Another file was saved under this name: copy the right one."
        raise ModelError.about(path, expected="a JSON object", found=found, hint=hint)
    return content


def parse(
    model: type[_Parsed],
    values: dict[str, Any],
    *,
    about: Path | str,
    expected: str,
    hint: str = "",
) -> _Parsed:
    """Validate values as a pydantic model.

    Raises:
        ModelError: they do not fit; the first entry that is wrong is named.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = first_problem(error)
        raise ModelError.about(about, expected=expected, found=found, hint=hint) from error
