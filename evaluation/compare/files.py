"""What a comparison leaves on disk: compare.json, and a figure for each pair of submissions."""

import re
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

from evaluation.compare.comparison import Comparison
from evaluation.compare.entries import Entry
from uls.errors import OutputError

__all__ = ["COMPARE_FILE", "check_writable", "draw_differences", "write_comparison"]

COMPARE_FILE = "compare.json"


def check_writable(folder: Path) -> None:
    """Make the output folder and a file in it, so that no work is done in vain.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{COMPARE_FILE}.part"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise _cannot_write(folder, error) from error


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write compare.json, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    return _write(folder / COMPARE_FILE, comparison.model_dump_json(indent=1) + "\n")


def draw_differences(entries: tuple[Entry, ...], folder: Path) -> list[Path]:
    """Draw the sorted differences in Dice of every pair; none without matplotlib.

    Raises:
        OutputError: a file cannot be written.
    """
    if find_spec("matplotlib") is None:
        return []
    from evaluation.report.figures import sorted_differences  # noqa: PLC0415  (needs matplotlib)

    paths = []
    for number, (a, b) in enumerate(combinations(entries, 2)):
        svg = sorted_differences(a.scores[0].tolist(), b.scores[0].tolist(), names=(a.name, b.name))
        name = f"differences-{number}-{_plain(a.name)}-{_plain(b.name)}.svg"
        paths.append(_write(folder / name, svg))
    return paths


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "_", name)[:40]


def _write(path: Path, text: str) -> Path:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error
    return path


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError.about(
        path,
        expected="a place that can be written",
        found=error.strerror or str(error),
        hint="Check the folder's owner and its free space.",
    )
