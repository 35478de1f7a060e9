"""Small jobs on files: hash one, write JSON."""

import hashlib
import json
from pathlib import Path
from typing import Any

from uls.workshop.atomic import write_file

__all__ = ["sha256", "write_json"]

CHUNK_BYTES = 1 << 22


def sha256(path: Path) -> str:
    """Return a file's SHA-256 as 64 hexadecimal digits, read in pieces of 4 MiB."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def write_json(path: Path, value: Any) -> Path:
    """Write JSON whole or not at all, its folder made as needed; return the path.

    Raises:
        OutputError: it cannot be written.
        ValueError: it holds NaN or infinity, which JSON does not know.
    """
    return write_file(path, json.dumps(value, indent=1, allow_nan=False) + "\n", make_folder=True)
