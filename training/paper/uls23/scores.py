"""Tables 2 and A.3, figures 4, 5 and A.9 to A.12: what the scores of several models show."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from evaluation.compare.entries import METRICS, Entries, read_entries
from evaluation.compare.files import pairs_by_group
from evaluation.compare.group_table import NOTE, ModelTable, group_tables
from evaluation.compare.groups import group_scores
from evaluation.compare.paired import check_scipy
from evaluation.report.charts.boxes import MOST_BOXES, grouped_boxes
from evaluation.report.charts.differences import sorted_differences
from evaluation.report.charts.scatter import Errors, errors_against_dice
from training.paper.kit.items import Item
from uls.report.page import Table
from uls.workshop.errors import CallError

__all__ = ["score_items"]

_DICE, _LONG, _SHORT, _ = range(len(METRICS))
_NEEDS = "needs --metrics"
_NEEDS_TYPES = "needs --metrics of a reference set with lesions.csv, which names types and groups"
_NEEDS_TWO = "needs --metrics of two models or more"

_TITLES = {
    "table-2": "Table 2: Dice of the models by lesion type and training group",
    "table-a3": "Table A.3: axis errors and consistency of the models",
    "figure-4": "Figure 4: error of the long axis",
    "figure-5": "Figure 5: error of the short axis",
    "figure-a9": "Figure A.9: errors of the axes against Dice, by lesion type",
    "figure-a10": "Figure A.10: errors of the axes against Dice, by training group",
    "figure-a11": "Figure A.11: sorted differences in Dice",
    "figure-a12": "Figure A.12: sorted differences in Dice, by training group",
}


def score_items(files: Sequence[Path], names: Sequence[str]) -> list[Item]:
    """Make the items of scores; without files each says what it needs.

    Raises:
        CallError: more files than figures can tell apart; names that do not fit; scipy is missing.
        InputError: a file is no metrics.json, or was scored against other references.
    """
    if not files:
        return [Item(key=key, title=title, not_made=_NEEDS) for key, title in _TITLES.items()]
    if len(files) > MOST_BOXES:
        raise CallError.about(
            "--metrics", expected=f"at most {MOST_BOXES} files", found=f"{len(files)}"
        )
    check_scipy()
    entries = read_entries(files, names, least=1)
    made = {
        **_tables(entries),
        "figure-4": _boxes(entries, _LONG, "long"),
        "figure-5": _boxes(entries, _SHORT, "short"),
        "figure-a9": _against_dice(entries, "type"),
        "figure-a10": _against_dice(entries, "group"),
        **_differences(entries),
    }
    return [Item(key=key, title=title, **made[key]) for key, title in _TITLES.items()]


_Content = dict[str, Any]


def _tables(entries: Entries) -> dict[str, _Content]:
    order = [entry.name for entry in entries.entries]
    dice, *others = group_tables(group_scores(entries, order=order))
    return {
        "table-2": {"tables": {"": _page_table(dice)}, "caption": NOTE},
        "table-a3": {
            "tables": {table.title.split(" (")[0]: _page_table(table) for table in others},
            "caption": NOTE,
        },
    }


def _page_table(table: ModelTable) -> Table:
    return Table(
        headings=table.headings, rows=table.rows, caption=table.title, words=2, bold=table.bold
    )


def _members(entries: Entries, column: str) -> dict[str, list[int]]:
    """Give the lesions' places by their value in a column of lesions.csv."""
    members: dict[str, list[int]] = {}
    for place, attributes in enumerate(entries.attributes):
        if name := attributes.get(column):
            members.setdefault(name, []).append(place)
    return dict(sorted(members.items()))


def _boxes(entries: Entries, metric: int, axis: str) -> _Content:
    by_type, by_group = _members(entries, "type"), _members(entries, "group")
    parts = {"all": list(range(len(entries.attributes))), **by_type, **by_group}
    boxes: Mapping[str, Mapping[str, list[float]]] = {
        name: {
            entry.name: (100 * entry.scores[metric][places]).tolist() for entry in entries.entries
        }
        for name, places in parts.items()
    }
    rules = [next(iter(part)) for part in (by_type, by_group) if part]
    label = f"error of the {axis} axis (SAPE, %)"
    return {
        "plots": {"": grouped_boxes(boxes, label=label, rules_before=rules)},
        "caption": "Box: quartiles, with the median (from 5 lesions on); whiskers to 1.5 times the "
        "box; a point is a lesion.",
    }


def _against_dice(entries: Entries, column: str) -> _Content:
    members = _members(entries, column)
    if not members:
        return {"not_made": _NEEDS_TYPES}
    return {
        "plots": {
            entry.name: errors_against_dice(
                {
                    name: Errors(*(entry.scores[metric][places].tolist() for metric in range(3)))
                    for name, places in members.items()
                }
            )
            for entry in entries.entries
        },
        "caption": "A point is a lesion.",
    }


def _differences(entries: Entries) -> dict[str, _Content]:
    if len(entries.entries) < 2:
        return {key: {"not_made": _NEEDS_TWO} for key in ("figure-a11", "figure-a12")}
    caption = (
        "Dotted: half of the lesions; triangle: where the differences cross zero (the middle of "
        "equal lesions)."
    )
    pairs = {
        f"{b.name} and {a.name}": ((b.name, a.name), pairs_by_group(entries, b, a))
        for a, b in combinations(entries.entries, 2)
    }
    every = {
        name: sorted_differences({"all lesions": panels["all lesions"]}, names=names)
        for name, (names, panels) in pairs.items()
    }
    grouped = {
        name: sorted_differences(groups, names=names)
        for name, (names, panels) in pairs.items()
        if (groups := {group: pair for group, pair in panels.items() if group != "all lesions"})
    }
    return {
        "figure-a11": {"plots": every, "caption": caption},
        "figure-a12": {"plots": grouped, "caption": caption}
        if grouped
        else {"not_made": _NEEDS_TYPES},
    }
