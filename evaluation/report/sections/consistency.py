"""Whether the same lesion gets the same mask, wherever it is clicked."""

from evaluation.report.charts.figures import consistency_per_lesion
from evaluation.results.metrics import Clicks, Metrics
from uls.report.drawing import data_uri
from uls.report.page import Figure, Section, Table
from uls.report.text import counted, number

__all__ = ["consistency_section"]


def consistency_section(metrics: Metrics) -> Section:
    """Show the Dice between clicks, per lesion and per pair."""
    if not metrics.clicks:
        return Section(
            title="Click consistency",
            anchor="consistency",
            text=["No lesion was clicked more than once: nothing to compare."],
        )
    return Section(
        title="Click consistency",
        anchor="consistency",
        figures=[_figure(metrics)],
        tables=[_worst(metrics)],
    )


def _figure(metrics: Metrics) -> Figure:
    pairs = [[pair.dice for pair in clicks.pairs] for clicks in metrics.clicks]
    return Figure(
        source=data_uri(consistency_per_lesion(pairs), "svg+xml"),
        alt=f"Dice between clicks for {counted(metrics.clicks, 'lesion')}, sorted",
        caption=f"Dice between two clicks' masks of one lesion, for {counted(pairs, 'lesion')} "
        "clicked several times. Diamonds: a lesion's mean over its pairs.",
    )


def _worst(metrics: Metrics, most: int = 10) -> Table:
    ranked = sorted(enumerate(metrics.clicks), key=lambda entry: entry[1].dice)
    return Table(
        caption=f"The {most} least consistent lesions." if len(ranked) > most else "All lesions.",
        headings=("lesion", "stack", "Dice", "pairs of VOIs", "remarks"),
        words=2,
        words_at_end=1,
        rows=[_row(_name(metrics, index), clicks) for index, clicks in ranked[:most]],
    )


def _name(metrics: Metrics, index: int) -> str:
    """Give the lesion that was clicked, if its first click is scored; else its number."""
    clicks = metrics.clicks[index]
    vois = {voi for pair in clicks.pairs for voi in (pair.a, pair.b)}
    named = (x.fn for x in metrics.lesions if x.stack == clicks.stack and x.voi in vois)
    return next(named, f"clicks {index}")


def _row(name: str, clicks: Clicks) -> tuple[str, ...]:
    pairs = ", ".join(f"{pair.a}–{pair.b}: {number(pair.dice)}" for pair in clicks.pairs)
    by_note: dict[str, list[str]] = {}
    for pair in clicks.pairs:
        for note in pair.notes:
            by_note.setdefault(note, []).append(f"{pair.a}–{pair.b}")
    remarks = "; ".join(f"{note}: {', '.join(vois)}" for note, vois in by_note.items())
    return name, clicks.stack, number(clicks.dice), pairs, remarks
