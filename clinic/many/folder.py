"""The output folder of a run: whose it is, and what a killed run left in it."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clinic.many.tables import TABLES
from clinic.many.work import ITEMS, ModelInfo
from uls.workshop.atomic import check_writable, output_errors
from uls.workshop.errors import OutputError
from uls.workshop.files import write_json
from uls.workshop.lock import alone_in
from uls.workshop.strict_json import parse_json

__all__ = ["QUARANTINE", "held", "keep_to", "quarantined", "set_apart"]

RUN, QUARANTINE = "run.json", "quarantine.json"
_SEEN = ".seen-by-all-"


@contextmanager
def held(output: Path) -> Iterator[str]:
    """Hold the folder alone, with nothing half done in it; give the name of a file there.

    Raises:
        OutputError: it holds what is not ours, or cannot be written.
        CallError: another run is at work in it.
    """
    if output.is_dir():
        names = {path.name for path in output.iterdir() if not path.name.startswith(".")}
        if names and RUN not in names and names != {ITEMS}:
            raise OutputError.about(
                output,
                expected="a new or empty folder, or that of an earlier such call",
                found="files that are not ours",
                hint="Name another folder by --output.",
            )
    check_writable(output)
    with alone_in(output):
        _sweep(output)
        token = f"{_SEEN}{secrets.token_hex(8)}"
        with output_errors(output):
            (output / ITEMS).mkdir(exist_ok=True)
            (output / token).touch()
        try:
            yield token
        finally:
            _sweep(output)


def keep_to(output: Path, version: str, model: ModelInfo) -> None:
    """Write into the folder what its results are made by, or check that it is this.

    Tables of an earlier run go, as they may not say what will be there.

    Raises:
        OutputError: its results are made by something else.
    """
    now = {"program": "uls23 segment-many", "version": version, "model": vars(model)}
    path = output / RUN
    before = _read(path) if path.exists() else now
    if before != now:
        raise OutputError.about(
            output,
            expected=f"an earlier run of {version} with model {model.name} by {model.engine}",
            found="one of another release, model or engine",
            hint="Name another folder by --output.",
        )
    write_json(path, now)
    for name in TABLES:
        (output / name).unlink(missing_ok=True)


def quarantined(output: Path) -> dict[str, str]:
    """Return the items that earlier ended two workers: by name, the key they had then."""
    found = _read(output / QUARANTINE)
    return {str(name): str(key) for name, key in found.items()} if isinstance(found, dict) else {}


def set_apart(output: Path, items: dict[str, str]) -> None:
    """Write which items ended two workers, by name and key; nothing where there are none."""
    path = output / QUARANTINE
    if items or path.exists():
        write_json(path, dict(sorted(items.items())))


def _sweep(output: Path) -> None:
    """Remove what processes that were killed left half done."""
    for part in (output / ITEMS).glob(".*"):
        shutil.rmtree(part, ignore_errors=True)
    for token in output.glob(f"{_SEEN}*"):
        token.unlink(missing_ok=True)


def _read(path: Path) -> Any:
    try:
        return parse_json(path.read_bytes())
    except (OSError, ValueError):
        return None
