"""The output folder: whose work is in it, who is at work in it, and what is left over."""

import fcntl
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from training.data.prepare.manifest import MANIFEST_FILE
from training.data.prepare.plan import WORK
from training.data.splits import Part
from uls.workshop.errors import CallError, OutputError
from uls.workshop.files import write_json
from uls.workshop.folder_scan import is_clutter
from uls.workshop.parts import PART

__all__ = ["KnownSplit", "at_work", "keep_split", "known_split", "start", "sweep"]

_OURS = (WORK, "nnunet", "stack", MANIFEST_FILE)
"""All that a preparation writes into its output folder."""

_SETTINGS, _SPLIT, _LOCK = "settings.json", "split.json", "lock"


@contextmanager
def at_work(output: Path) -> Iterator[None]:
    """Keep other runs out of the folder; the lock ends with the process, however that ends.

    Raises:
        CallError: another run is at work in it.
        OutputError: the folder cannot be written.
    """
    try:
        (output / WORK).mkdir(parents=True, exist_ok=True)
        file = (output / WORK / _LOCK).open("w")
    except OSError as error:
        raise OutputError.about(
            output, expected="a folder that can be written", found=error.strerror or str(error)
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CallError.about(
                output, expected="a folder that no other run is writing to", found="one that is"
            ) from error
        yield


def start(output: Path, settings: Mapping[str, Any], *, overwrite: bool) -> None:
    """Make the folder ready: new, or holding the unfinished or finished work of the same call.

    Raises:
        CallError: it holds something else.
    """
    if overwrite:
        _clear(output)
    file = output / WORK / _SETTINGS
    if not file.is_file():
        _check_empty(output)
        write_json(file, settings)
        return
    before = json.loads(file.read_bytes())
    changed = [name for name in settings if before.get(name) != settings[name]]
    if changed:
        raise CallError.about(
            output,
            expected="an empty folder, or one prepared by the same call",
            found="; ".join(f"{n} {before.get(n)!r}, now {settings[n]!r}" for n in changed),
            hint="Choose another folder, or say --overwrite.",
        )
    for leftover in output.rglob(f"{PART}*"):
        leftover.unlink()


def _clear(output: Path) -> None:
    """Remove what an earlier run wrote, but for the lock that is held now."""
    for path in (*(output / name for name in _OURS[1:]), *(output / WORK).iterdir()):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink(missing_ok=True)


def _check_empty(output: Path) -> None:
    others = sorted(path.name for path in output.iterdir()) if output.is_dir() else []
    others = [name for name in others if name != WORK and not is_clutter(name)]
    if others:
        raise CallError.about(
            output,
            expected="an empty folder, or one prepared by the same call",
            found=", ".join(others[:5]),
            hint="Choose another folder.",
        )


class KnownSplit(BaseModel):
    """Who was in which part before, by `<data set>/<patient>`, and by which rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parts: dict[str, Part] = {}
    rules: dict[str, str] = {}


def known_split(output: Path) -> KnownSplit:
    """Give the split of earlier runs in this folder."""
    try:
        return KnownSplit.model_validate_json((output / WORK / _SPLIT).read_bytes())
    except FileNotFoundError:
        return KnownSplit()


def keep_split(output: Path, split: KnownSplit) -> None:
    """Write down who is in which part; who was known stays known."""
    before = known_split(output)
    write_json(
        output / WORK / _SPLIT,
        {"parts": before.parts | split.parts, "rules": before.rules | split.rules},
    )


def sweep(folder: Path, keep: Iterable[Path]) -> None:
    """Remove VOIs that no record has: of scans that were taken away, or that changed."""
    kept = set(keep)
    for path in folder.rglob("*.nii.gz"):
        if path not in kept:
            path.unlink()
