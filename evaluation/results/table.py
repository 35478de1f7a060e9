"""The scores as text that people read: per lesion, per metric, what they mean, the one score."""

from collections.abc import Sequence

from evaluation.results.analysis_tables import analysis_tables
from evaluation.results.columns import Row, aligned
from evaluation.results.metrics import Clicks, Lesion, MaskMeasures, Metrics, Summary

__all__ = ["score_table"]

_LESION_HEADINGS = (
    "lesion",
    "stack",
    "VOI",
    "Dice",
    "long mm ref",
    "pred",
    "SAPE",
    "short mm ref",
    "pred",
    "SAPE",
    "ml ref",
    "pred",
    "",
)
_CLICKS_HEADINGS = ("clicks", "stack", "VOIs", "Dice", "")
_SUMMARY_HEADINGS = ("metric", "mean", "std", "min", "25%", "median", "75%", "max", "count")
_UNKNOWN = "-"


def score_table(metrics: Metrics) -> str:
    """Lay out a metrics.json: per lesion, per lesion with several clicks, and in sum."""
    tables = [_table(_LESION_HEADINGS, [_lesion_row(lesion) for lesion in metrics.lesions])]
    if metrics.clicks:
        rows = [_clicks_row(index, clicks) for index, clicks in enumerate(metrics.clicks)]
        tables.append(_table(_CLICKS_HEADINGS, rows))
    tables.append(_table(_SUMMARY_HEADINGS, _summary_rows(metrics)))
    if metrics.analysis:
        tables += analysis_tables(metrics.analysis)
    tables.append(_closing(metrics))
    return "\n\n".join(tables)


def _lesion_row(lesion: Lesion) -> Row:
    ref, pred = _measures(lesion.reference), _measures(lesion.prediction)
    return (
        lesion.fn,
        lesion.stack,
        f"{lesion.voi}",
        f"{lesion.dice:.3f}",
        *(ref[0], pred[0], f"{lesion.long_axis_error:.3f}"),
        *(ref[1], pred[1], f"{lesion.short_axis_error:.3f}"),
        *(ref[2], pred[2]),
        "; ".join(lesion.notes),
    )


def _measures(mask: MaskMeasures | None) -> Row:
    if mask is None:
        return (_UNKNOWN,) * 3
    return f"{mask.long_axis_mm:.1f}", f"{mask.short_axis_mm:.1f}", f"{mask.volume_ml:.2f}"


def _clicks_row(index: int, clicks: Clicks) -> Row:
    vois = sorted({voi for pair in clicks.pairs for voi in (pair.a, pair.b)})
    notes = [f"{pair.a}-{pair.b}: {note}" for pair in clicks.pairs for note in pair.notes]
    return (
        f"{index}",
        clicks.stack,
        " ".join(map(str, vois)),
        f"{clicks.dice:.3f}",
        "; ".join(notes),
    )


def _summary_rows(metrics: Metrics) -> list[Row]:
    aggregates = metrics.aggregates
    return [
        _summary_row("SegmentationDice", aggregates.dice),
        _summary_row("LongAxisErrorPercentage", aggregates.long_axis_error),
        _summary_row("ShortAxisErrorPercentage", aggregates.short_axis_error),
        _summary_row("ConsistencyDice", aggregates.consistency),
    ]


def _summary_row(name: str, summary: Summary) -> Row:
    figures = (
        *(summary.mean, summary.std, summary.min),
        *(summary.lower_quartile, summary.median, summary.upper_quartile, summary.max),
    )
    return (name, *(_figure(value) for value in figures), f"{summary.count}")


def _closing(metrics: Metrics) -> str:
    lines = [
        f"Scored zero: stack {lost.stack}, {lost.lesions} lesions: {lost.reason}"
        for lost in metrics.missing
    ]
    score = metrics.aggregates.challenge_score
    return "\n".join([*lines, f"ChallengeScore {_figure(score, digits=4)}"])


def _figure(value: float | None, *, digits: int = 3) -> str:
    return _UNKNOWN if value is None else f"{value:.{digits}f}"


def _table(headings: Row, rows: Sequence[Row]) -> str:
    """Align columns: words (the first two and the last) to the left, figures to the right."""
    words = {0, len(headings) - 1} if headings[1] != "stack" else {0, 1, len(headings) - 1}
    return aligned(headings, rows, words=words)
