"""What a comparison leaves on disk: compare.json, models.md, and a figure for each pair."""

import re
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

from evaluation.compare.comparison import Comparison
from evaluation.compare.entries import Entries, Entry
from evaluation.compare.group_table import group_tables, markdown
from evaluation.report.charts.differences import Pair, sorted_differences
from uls.workshop.atomic import write_file

__all__ = [
    "COMPARE_FILE",
    "MODELS_FILE",
    "draw_differences",
    "pairs_by_group",
    "write_comparison",
    "write_models",
]

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
    return write_file(folder / MODELS_FILE, markdown(group_tables(comparison.groups)) + "\n")


def draw_differences(entries: Entries, folder: Path) -> list[Path]:
    """Draw the sorted differences in Dice of every pair; none without matplotlib.

    Raises:
        OutputError: a file cannot be written.
    """
    if find_spec("matplotlib") is None:
        return []
    paths = []
    for number, (a, b) in enumerate(combinations(entries.entries, 2)):
        svg = sorted_differences(pairs_by_group(entries, a, b), names=(a.name, b.name)).svg()
        name = f"differences-{number}-{_plain(a.name)}-{_plain(b.name)}.svg"
        paths.append(write_file(folder / name, svg))
    return paths


def pairs_by_group(entries: Entries, a: Entry, b: Entry) -> dict[str, Pair]:
    """Pair the Dice of two submissions: of all lesions, then of each training group."""
    groups = [attributes.get("group", "") for attributes in entries.attributes]
    dice = list(zip(a.scores[0].tolist(), b.scores[0].tolist(), strict=True))
    pairs = {"all lesions": Pair(*zip(*dice, strict=True))}
    for group in sorted(set(groups) - {""}):
        members = [pair for pair, name in zip(dice, groups, strict=True) if name == group]
        pairs[group] = Pair(*zip(*members, strict=True))
    return pairs


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "_", name)[:40]
