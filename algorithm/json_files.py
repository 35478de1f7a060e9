"""Reading JSON files into pydantic models, with errors that name the file and the entry."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from uls.errors import ModelError
from uls.failure import first_problem

__all__ = ["StrictModel", "first_problem", "parse", "read_object"]

_Parsed = TypeVar("_Parsed", bound=BaseModel)


class StrictModel(BaseModel):
    """JSON of our own: no unknown entries, no NaN or infinity, not changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Raises:
        ModelError: the file is missing, unreadable, or holds something else.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        found = error.strerror or str(error)
        raise ModelError.about(path, expected="a readable JSON file", found=found) from error
    except ValueError as error:
        raise ModelError.about(path, expected="a JSON file", found=str(error)) from error
    if not isinstance(content, dict):
        found = f"a JSON {type(content).__name__}"
        raise ModelError.about(path, expected="a JSON object", found=found)
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
