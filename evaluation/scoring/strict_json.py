"""JSON files read strictly: nothing in them is dropped or bent to fit without a word."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from uls.workshop.errors import InputError
from uls.workshop.strict_json import parse_json

__all__ = ["read_json", "validated"]


def read_json(path: Path) -> Any:
    """Read JSON that keeps every key apart: of two equal ones Python would drop the first.

    Raises:
        InputError: the file is missing, is not JSON, or an object in it has a key twice.
    """
    if not path.is_file():
        raise InputError.about(
            path,
            expected="a list, or an object with a list under each stack's name",
            found="no file",
        )
    try:
        return parse_json(path.read_bytes())
    except (ValueError, OSError) as error:
        raise InputError.about(path, expected="JSON", found=str(error)) from error


def validated(adapter: TypeAdapter[Any], document: Any, subject: str) -> Any:
    """Check a document against its type; `subject` says where it stands.

    Raises:
        InputError: it does not fit; the message names the first place.
    """
    try:
        return adapter.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f"[{step}]" for step in first["loc"])
        raise InputError.about(
            f"{subject}{where}", expected=first["msg"], found=f"{first['input']!r:.80}"
        ) from error
