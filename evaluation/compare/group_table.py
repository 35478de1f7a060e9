"""The table of models: a row a submission, a column a group of lesions, published rows beside.

A name that ends in `+TTA` is a submission with test-time augmentation of the model before the plus.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluation.compare.comparison import Cell, GroupScores
from evaluation.report.charts.published import PUBLISHED_MODELS, PublishedModel

__all__ = ["NOTE", "SIGNIFICANT", "TTA", "ModelTable", "group_tables", "markdown"]

TTA = "+TTA"
SIGNIFICANT = 0.05

_UNKNOWN = "–"
_TITLES = {
    "SegmentationDice": "Dice",
    "LongAxisErrorPercentage": "Long-axis error (SAPE, %)",
    "ShortAxisErrorPercentage": "Short-axis error (SAPE, %)",
    "ConsistencyDice": "Click consistency (Dice)",
}
NOTE = (
    "Mean ± standard deviation over lesions; the best of a column in bold. † marks what is worse "
    "than the best by Wilcoxon's signed-rank test, two-sided, Holm-corrected for all tests of "
    f"these tables (p < {SIGNIFICANT}). Published rows: de Grauw et al. 2025, other lesions, not "
    "computed here."
)


@dataclass(frozen=True)
class ModelTable:
    """One metric's table; `bold` holds (row, column) of the best."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: frozenset[tuple[int, int]]


def group_tables(groups: Sequence[GroupScores]) -> list[ModelTable]:
    """Lay out a table per metric that has values."""
    by_metric: dict[str, list[GroupScores]] = {}
    for scores in groups:
        by_metric.setdefault(scores.metric, []).append(scores)
    return [_table(metric, columns) for metric, columns in by_metric.items()]


def markdown(tables: Sequence[ModelTable]) -> str:
    """Write tables as Markdown, which is read at a terminal as well; below them what they say."""
    return "\n\n".join([*map(_as_markdown, tables), NOTE])


def _as_markdown(table: ModelTable) -> str:
    rows = [
        tuple(
            f"**{cell}**" if (at, column) in table.bold else cell for column, cell in enumerate(row)
        )
        for at, row in enumerate(table.rows)
    ]
    widths = [max(map(len, column)) for column in zip(table.headings, *rows, strict=True)]
    lines = [table.headings, tuple("-" * width for width in widths), *rows]
    text = [
        "| " + " | ".join(c.ljust(width) for c, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    return "\n".join([table.title, "", *text])


def _table(metric: str, columns: Sequence[GroupScores]) -> ModelTable:
    names = [cell.name for cell in columns[0].cells]
    cells = [{cell.name: cell for cell in column.cells} for column in columns]
    dice = metric.endswith("Dice")
    own = [
        (*_model_of(name), *(_cell(of_group[name], dice=dice) for of_group in cells))
        for name in names
    ]
    return ModelTable(
        title=_TITLES[metric],
        headings=("model", "TTA", *(f"{column.group} ({column.lesions})" for column in columns)),
        rows=(*own, *_published(metric, columns)),
        bold=frozenset(
            (row, column + 2)
            for row, name in enumerate(names)
            for column, of_group in enumerate(cells)
            if of_group[name].best and len(names) > 1
        ),
    )


def _model_of(name: str) -> tuple[str, str]:
    """Give a submission's model, and whether it was augmented."""
    return name.removesuffix(TTA), "yes" if name.endswith(TTA) else "no"


def _cell(cell: Cell, *, dice: bool) -> str:
    worse = cell.p_holm is not None and cell.p_holm < SIGNIFICANT
    return _figures(cell.mean, cell.std, dice=dice) + ("†" if worse else "")


def _figures(mean: float, std: float | None, *, dice: bool) -> str:
    times, digits = (1, 3) if dice else (100, 1)
    spread = "" if std is None else f" ± {times * std:.{digits}f}"
    return f"{times * mean:.{digits}f}{spread}"


def _published(metric: str, columns: Sequence[GroupScores]) -> Iterator[tuple[str, ...]]:
    for model in PUBLISHED_MODELS:
        if metric in model.means:
            name, mirrored = f"{model.name} (published)", "yes" if model.mirrored else "no"
            yield (name, mirrored, *(_published_cell(model, metric, c) for c in columns))


def _published_cell(model: PublishedModel, metric: str, column: GroupScores) -> str:
    dice = metric.endswith("Dice")
    if column.by == "all":
        return _figures(*model.means[metric], dice=dice)
    known: Mapping[str, float] = model.dice_by_group if metric == "SegmentationDice" else {}
    mean = known.get(" ".join(column.group.lower().replace("_", " ").split()))
    return _UNKNOWN if mean is None else _figures(mean, None, dice=dice)
