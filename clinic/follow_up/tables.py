"""The JSON tables of the data set: the labels of a mask, and the windows of the series."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from clinic.follow_up.labels import Label, parse_label
from clinic.follow_up.windows import WINDOWS, Window
from uls.images.stack import stack_name
from uls.workshop.errors import InputError
from uls.workshop.strict_json import parse_json

__all__ = ["find_table", "read_json", "read_labels", "window_names", "window_of"]

_WINDOWS_FILE = "windows_mapping.json"
_Labels = TypeAdapter(dict[int, str])
_WindowNames = TypeAdapter(dict[str, str])


def read_labels(path: Path) -> dict[int, Label]:
    """Read the label of every value of a mask.

    Raises:
        InputError: the file cannot be read, or an entry is no label.
    """
    try:
        texts = _Labels.validate_python(read_json(path))
    except ValidationError as error:
        raise InputError.about(
            path,
            expected='an object like {"1": "m,liver"}',
            found=f"{error.errors()[0]['input']!r}",
        ) from error
    return {value: parse_label(text, subject=f"{path}, {value}") for value, text in texts.items()}


def window_names(root: Path) -> dict[str, str]:
    """Read windows_mapping.json: the name of each series' window, by the series' name.

    Raises:
        InputError: it cannot be read, or names a window that is not known.
    """
    path = find_table(root, _WINDOWS_FILE)
    if path is None:
        return {}
    try:
        names = _WindowNames.validate_python(read_json(path))
    except ValidationError as error:
        raise InputError.about(
            path, expected="an object of window names by file name", found="something else"
        ) from error
    for file, name in names.items():
        if name not in WINDOWS:
            raise InputError.about(
                f"{path}, {file}", expected=f"one of {', '.join(WINDOWS)}", found=repr(name)
            )
    return {stack_name(file): name for file, name in names.items()}


def window_of(names: dict[str, str], name: str, region: str) -> Window | None:
    """Choose the series' own window, else its region's; an unknown region has none."""
    uid = name.partition("_")[2]
    return WINDOWS.get(names.get(name) or names.get(uid) or region)


def find_table(root: Path, name: str) -> Path | None:
    """Find a table in the data set's folder or its `metadata`."""
    places = (root / name, root / "metadata" / name)
    return next((path for path in places if path.is_file()), None)


def read_json(path: Path) -> Any:
    """Read a JSON file of the data set.

    Raises:
        InputError: it cannot be read, or is not JSON.
    """
    try:
        return parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError.about(path, expected="JSON", found=str(error)) from error
