"""The ChallengeScore with its interval and its parts, beside the published baseline's."""

from dataclasses import dataclass

from evaluation.report.charts.published import BASELINE, BASELINE_LESIONS, BASELINE_NAME
from evaluation.results.metrics import Metrics, Summary
from evaluation.results.quantities import Interval, MeanStd, SummaryIntervals
from evaluation.results.sections import Intervals
from uls.report.page import UNKNOWN, Headline, Section, Table
from uls.report.text import counted, dice_std, interval, number, percent_std
from uls.statistics.challenge_score import challenge_score

__all__ = ["headline", "score_section"]

FEW_UNITS = 20
"""Below this a bootstrap's intervals are too narrow to rely on."""


@dataclass(frozen=True)
class _Part:
    """One of the four means that the ChallengeScore is made of."""

    name: str
    summary: Summary
    intervals: SummaryIntervals | None
    published: MeanStd
    is_error: bool = False


def headline(metrics: Metrics) -> Headline:
    """Give the number that stands above all others."""
    aggregates, intervals = metrics.aggregates, _intervals(metrics)
    of = f"{counted(metrics.lesions, 'lesion')}; mean Dice {number(aggregates.dice.mean)}"
    if aggregates.challenge_score is None:
        return Headline(
            name="ChallengeScore",
            value=UNKNOWN,
            interval="",
            remark=f"No lesion was clicked more than once: without click consistency there is no "
            f"ChallengeScore. {of}.",
        )
    bounds = intervals.challenge_score if intervals else None
    return Headline(
        name="ChallengeScore",
        value=number(aggregates.challenge_score),
        interval=f"95 % interval {interval(bounds)}" if bounds else "without an interval",
        remark=f"0 is worst, 1 is best. {of}.",
    )


def score_section(metrics: Metrics) -> Section:
    """Show what the score is made of."""
    rows = [_score_row(metrics)] + [_part_row(part) for part in _parts(metrics)]
    table = Table(
        headings=("", "this submission", "95 % interval", "published", "median (quartiles)", "n"),
        rows=rows,
        caption=f"Mean ± standard deviation. “Published” is the ULS23 baseline, {BASELINE_NAME} "
        f"without mirroring, on the challenge's test set of {BASELINE_LESIONS} lesions: for "
        "orientation only, unless the lesions here are those.",
    )
    return Section(
        title="The score and its parts",
        anchor="score",
        text=[_sum_of_parts(metrics)],
        tables=[table],
        after=[_about_intervals(_intervals(metrics))],
    )


def _intervals(metrics: Metrics) -> Intervals | None:
    return metrics.analysis.intervals if metrics.analysis else None


def _parts(metrics: Metrics) -> tuple[_Part, ...]:
    aggregates, intervals = metrics.aggregates, _intervals(metrics)
    names = ("dice", "long_axis_error", "short_axis_error", "consistency")
    titles = ("Dice", "Long-axis error", "Short-axis error", "Click consistency")
    published = [parts for name, parts in BASELINE.items() if name != "ChallengeScore"]
    return tuple(
        _Part(
            title,
            getattr(aggregates, name),
            getattr(intervals, name) if intervals else None,
            MeanStd(mean=mean, std=std, count=BASELINE_LESIONS),
            is_error=name.endswith("error"),
        )
        for name, title, (mean, std) in zip(names, titles, published, strict=True)
    )


def _score_row(metrics: Metrics) -> tuple[str, ...]:
    intervals = _intervals(metrics)
    bounds = intervals.challenge_score if intervals else None
    return (
        "ChallengeScore",
        number(metrics.aggregates.challenge_score),
        interval(bounds),
        number(BASELINE["ChallengeScore"][0]),
        UNKNOWN,
        f"{len(metrics.lesions)}",
    )


def _part_row(part: _Part) -> tuple[str, ...]:
    mean_std = percent_std if part.is_error else dice_std
    own = MeanStd(mean=part.summary.mean, std=part.summary.std, count=part.summary.count)
    mean_interval = part.intervals.mean if part.intervals else None
    return (
        part.name,
        mean_std(own),
        _bounds(mean_interval, part.is_error),
        mean_std(part.published),
        _quartiles(part.summary, part.is_error),
        f"{part.summary.count}",
    )


def _bounds(bounds: Interval | None, is_error: bool) -> str:
    return interval(bounds, digits=1, times=100, unit=" %") if is_error else interval(bounds)


def _quartiles(summary: Summary, is_error: bool) -> str:
    if summary.median is None:
        return UNKNOWN
    figures = (summary.median, summary.lower_quartile, summary.upper_quartile)
    if is_error:
        median, low, high = (number(None if f is None else 100 * f, 1) for f in figures)
        return f"{median} ({low} to {high}) %"
    median, low, high = (number(f) for f in figures)
    return f"{median} ({low} to {high})"


def _sum_of_parts(metrics: Metrics) -> str:
    """Write the sum out, so that a reader can redo it."""
    a = metrics.aggregates
    means = (a.dice.mean, a.long_axis_error.mean, a.short_axis_error.mean, a.consistency.mean)
    if challenge_score(*means) is None:
        return "The ChallengeScore needs click consistency, and no lesion here has several clicks."
    dice, long, short, consistency = means
    return (
        f"ChallengeScore = 0.8 × {number(dice)} + 0.05 × (1 − {number(long)}) + "
        f"0.05 × (1 − {number(short)}) + 0.1 × {number(consistency)} "
        f"= {number(a.challenge_score)}: four fifths are Dice."
    )


def _about_intervals(intervals: Intervals | None) -> str:
    if intervals is None:
        return "This metrics.json holds no confidence intervals."
    drawn = {"patient": "patients", "lesion": "lesions"}[intervals.unit]
    caution = (
        " Lesions of one patient resemble each other, and no patients are known here: the true "
        "intervals may be wider."
        if intervals.unit == "lesion"
        else ""
    )
    none = (
        f" The ChallengeScore has none: all repeated clicks are of one {intervals.unit}."
        if intervals.challenge_score is None
        else ""
    )
    few = f" So few {drawn} tell little." if intervals.units < FEW_UNITS else ""
    return (
        f"Intervals: {intervals.method}; {intervals.resamples} resamples of {intervals.units} "
        f"{drawn}, seed {intervals.seed}.{none}{few}{caution}"
    )
