"""Whether an item's results are there, whole and of this very input: `finished.json` says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uls.workshop.files import sha256, write_json
from uls.workshop.strict_json import parse_json

__all__ = ["FINISHED", "finish", "finished"]

FINISHED = "finished.json"


def finish(folder: Path, key: str, lesions: int) -> None:
    """Write the record of a folder's results: what they are of, and a hash of each file.

    Args:
        folder: with all other files in it.
        key: of the item, see `clinic.many.items.key_of`.
        lesions: how many there are.
    """
    write_json(folder / FINISHED, {"key": key, "lesions": lesions, "files": _files(folder)})


def finished(folder: Path, key: str) -> int | None:
    """Return how many lesions a folder holds if it is complete, unchanged and of this key."""
    try:
        record = parse_json((folder / FINISHED).read_bytes())
        whole = isinstance(record, Mapping) and record["key"] == key
        return int(record["lesions"]) if whole and record["files"] == _files(folder) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _files(folder: Path) -> dict[str, Any]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in found]
    return {name: sha256(path) for name, path in zip(names, found, strict=True) if name != FINISHED}
