"""What a comparison leaves on disk: compare.json, models.md, and a figure for each pair."""

import re
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

from evaluation.compare.comparison import Comparison
from evaluation.compare.entries import Entry
from evaluation.compare.group_table import group_tables, markdown
from uls.workshop.atomic import write_file

__all__ = ["COMPARE_FILE", "MODELS_FILE", "draw_differences", "write_comparison", "write_models"]

COMPARE_FILE, MODELS_FILE = "compare.json", "models.md"


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write compare.json, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    return write_file(folder / COMPARE_FILE, comparison.model_dump_json(indent=1) + "\n")


def write_models(comparison: Comparison, folder: Path) -> Path:
    """Write the tables of models, a metric each, as Markdown.

    Raises:
        OutputError: the file cannot be written.
    """
    return write_file(folder / MODELS_FILE, markdown(group_tables(comparison)) + "\n")


def draw_differences(entries: tuple[Entry, ...], folder: Path) -> list[Path]:
    """Draw the sorted differences in Dice of every pair; none without matplotlib.

    Raises:
        OutputError: a file cannot be written.
    """
    if find_spec("matplotlib") is None:
        return []
    from evaluation.report.charts.figures import sorted_differences  # noqa: PLC0415  (needs matplotlib)

    paths = []
    for number, (a, b) in enumerate(combinations(entries, 2)):
        svg = sorted_differences(a.scores[0].tolist(), b.scores[0].tolist(), names=(a.name, b.name))
        name = f"differences-{number}-{_plain(a.name)}-{_plain(b.name)}.svg"
        paths.append(write_file(folder / name, svg))
    return paths


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "_", name)[:40]
