"""Whether files are of one patient; who that is, or they are, is never said."""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["IDENTITY", "several_patients"]

IDENTITY = {
    "PatientID": "patient identifiers",
    "PatientName": "patients' names",
    "PatientBirthDate": "dates of birth",
}
"""What tells patients apart, by keyword, and what it is called."""


def several_patients(files: Iterable[Mapping[str, Any]]) -> str:
    """Say what shows that files are of several patients; empty where nothing does.

    Args:
        files: of each the values of its header by keyword; what a file lacks does not count.
    """
    headers = list(files)
    for keyword, what in IDENTITY.items():
        values = {_plain(str(header.get(keyword, "")), keyword) for header in headers} - {""}
        if len(values) > 1:
            return f"{len(values)} different {what}"
    return ""


def _plain(value: str, keyword: str) -> str:
    """Give a value as it is compared: case and spaces do not count.

    Of a name, family and given name in letters do: titles and other writings come and go.
    """
    if keyword == "PatientName":
        value = " ".join(value.partition("=")[0].split("^")[:2])
    return " ".join(value.casefold().split())
