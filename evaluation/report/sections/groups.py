"""Where the model is good and where it fails: Dice and errors per type, training group, size."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from evaluation.report.charts.boxes import grouped_boxes
from evaluation.report.charts.figures import dice_per_group
from evaluation.report.charts.published import BASELINE_DICE_BY_GROUP
from evaluation.results.metrics import Lesion, Metrics
from evaluation.results.sections import Group, Grouping
from uls.report.drawing import data_uri
from uls.report.page import Figure, Section, Table
from uls.report.text import counted, counted_of, dice_std, number, percent, percent_std

__all__ = ["groups_section"]

MOST_BOXES = 20
"""More boxes than these make a figure that no page holds; the table has all."""

_TITLES = {
    "type": "lesion type",
    "group": "training group",
    "long_axis_mm": "long axis of the reference, mm",
    "long_axis_voxels": "long axis of the reference, voxels",
    "slice_spacing_mm": "slice spacing, mm",
}


def groups_section(metrics: Metrics) -> Section:
    """Show a table per grouping, and a box plot of the lesion types."""
    groupings = metrics.analysis.groups if metrics.analysis else []
    without_csv = (
        "The reference data has no lesions.csv: types, training groups and centres are unknown, "
        "and only sizes are told apart."
    )
    has_csv = any(grouping.source == "lesions.csv" for grouping in groupings)
    return Section(
        title="Groups",
        anchor="groups",
        text=[] if has_csv else [without_csv],
        figures=_figures(metrics),
        tables=[_table(grouping) for grouping in groupings],
    )


def _table(grouping: Grouping) -> Table:
    by = _TITLES.get(grouping.by, grouping.by)
    beside = any(_published(group.name) is not None for group in grouping.groups)
    sizes = grouping.source == "reference"
    unknown = (
        f" {counted(grouping.unknown, 'lesion')} without a value: in no row."
        if grouping.unknown
        else ""
    )
    headings = ["", "lesions", "Dice", "long-axis error", "short-axis error", "detected"]
    return Table(
        caption=f"By {by}.{unknown}",
        headings=[*headings, "published Dice"] if beside else headings,
        rows=[
            (_size_class(group.name) if sizes else group.name, *_figures_of(group, beside=beside))
            for group in grouping.groups
        ],
    )


def _size_class(name: str) -> str:
    """Typeset a range of sizes: "10-15" and ">=50"."""
    return name.replace(">=", "≥ ").replace("<", "< ").replace("-", "–")


def _figures_of(group: Group, *, beside: bool) -> tuple[str, ...]:
    detected = f"{counted_of(group.detected)} ({percent(group.detected.share, 0)})"
    row = (
        f"{group.lesions}",
        dice_std(group.dice),
        percent_std(group.long_axis_error),
        percent_std(group.short_axis_error),
        detected,
    )
    return (*row, number(_published(group.name))) if beside else row


def _published(group: str) -> float | None:
    """Find the baseline's mean Dice of a group, however the name is spelled."""
    return BASELINE_DICE_BY_GROUP.get(_plain(group))


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _figures(metrics: Metrics) -> list[Figure]:
    by_type = _by_column(metrics, "type")
    if not by_type:
        return []
    by_size = sorted(by_type, key=lambda name: (-len(by_type[name]), name))
    shown = sorted(by_size[:MOST_BOXES])
    published = {name: dice for name in shown if (dice := _published(name)) is not None}
    scores = {name: [lesion.dice for lesion in by_type[name]] for name in shown}
    svg = dice_per_group(scores, published=published)
    left_out = len(by_type) - len(shown)
    caption = (
        "Dice per lesion type; a point is a lesion. Box: quartiles, with the median (from 5 "
        "lesions on)."
    )
    if left_out:
        caption += f" The {MOST_BOXES} most frequent types; {left_out} more are in the table."
    counts = "; ".join(f"{name}: {len(by_type[name])} lesions" for name in shown)
    return [
        Figure(
            source=data_uri(svg, "svg+xml"), alt=f"Box plots of Dice. {counts}", caption=caption
        ),
        *(_errors(metrics, {name: by_type[name] for name in shown}, axis) for axis in _ERRORS),
    ]


_ERRORS: dict[str, Callable[[Lesion], float]] = {
    "long": lambda lesion: 100 * lesion.long_axis_error,
    "short": lambda lesion: 100 * lesion.short_axis_error,
}


def _errors(metrics: Metrics, by_type: Mapping[str, Sequence[Lesion]], axis: str) -> Figure:
    """Draw an axis' errors per type and training group (figures 4 and 5 of de Grauw et al.)."""
    by_group = _by_column(metrics, "group")
    boxes = {
        name: {"": [_ERRORS[axis](lesion) for lesion in lesions]}
        for name, lesions in (*by_type.items(), *sorted(by_group.items()))
    }
    label = f"error of the {axis} axis (SAPE, %)"
    plot = grouped_boxes(boxes, label=label, rules_before=sorted(by_group)[:1])
    return Figure(
        source=data_uri(plot.svg(), "svg+xml"),
        alt=f"Box plots of the {axis} axis' error per lesion type and training group",
        caption=f"Error of the {axis} axis per lesion type and training group.",
    )


def _by_column(metrics: Metrics, column: str) -> dict[str, list[Lesion]]:
    """Part the lesions by a column of lesions.csv; those without a value are in no part."""
    parts: dict[str, list[Lesion]] = defaultdict(list)
    for lesion in metrics.lesions:
        if name := lesion.attributes.get(column):
            parts[name].append(lesion)
    return parts
