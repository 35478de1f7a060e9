"""The analysis as text that people read: groups, agreement, intervals, detection, RECIST."""

from evaluation.results.columns import Row, aligned
from evaluation.results.quantities import Interval, MeanStd, Share, SummaryIntervals
from evaluation.results.sections import (
    Analysis,
    AxisAgreement,
    BlandAltman,
    Grouping,
    Intervals,
    ObserverStudy,
)

__all__ = ["analysis_tables"]

_UNKNOWN = "-"
_ALWAYS_SHOWN = "long_axis_mm"
"""The one grouping that is printed without any lesions.csv."""


def analysis_tables(analysis: Analysis) -> list[str]:
    """Lay out an analysis, as a list of tables."""
    shown = [g for g in analysis.groups if g.source == "lesions.csv" or g.by == _ALWAYS_SHOWN]
    return [
        *(_group_table(grouping) for grouping in shown),
        _agreement_table(analysis),
        _interval_table(analysis.intervals),
        _closing(analysis),
    ]


def _group_table(grouping: Grouping) -> str:
    headings = (grouping.by, "lesions", "Dice", "long SAPE", "short SAPE", "found")
    rows = [
        (
            group.name,
            f"{group.lesions}",
            *map(_mean_std, (group.dice, group.long_axis_error, group.short_axis_error)),
            f"{group.detected.count}",
        )
        for group in grouping.groups
    ]
    if grouping.unknown:
        rows.append(("not known", f"{grouping.unknown}", *[_UNKNOWN] * 4))
    return aligned(headings, rows)


def _mean_std(summary: MeanStd) -> str:
    return f"{_figure(summary.mean)} ± {_figure(summary.std)}"


def _agreement_table(analysis: Analysis) -> str:
    headings = ("axis", "within 10 %", "bias mm", "limits mm", "bias %", "limits %", "compared")
    agreement = analysis.agreement
    return aligned(
        headings,
        [
            _agreement_row("long", agreement.long_axis),
            _agreement_row("short", agreement.short_axis),
            _observer_row(agreement.observer_study),
        ],
    )


def _agreement_row(name: str, axis: AxisAgreement) -> Row:
    return (
        name,
        _share(axis.within_10_percent),
        *_limits(axis.mm),
        *_limits(axis.percent),
        f"{axis.mm.count}",
    )


def _observer_row(study: ObserverStudy) -> Row:
    limits = f"{study.lower:.1f} to {study.upper:.1f}"
    return ("one observer (Yoon 2016)", *[_UNKNOWN] * 3, f"{study.bias:.1f}", limits, _UNKNOWN)


def _limits(found: BlandAltman) -> tuple[str, str]:
    lower, upper = (_figure(value, digits=1) for value in (found.lower, found.upper))
    return _figure(found.bias, digits=1), f"{lower} to {upper}"


def _interval_table(found: Intervals) -> str:
    headings = (f"95 % interval, by {found.unit}", "mean", "median", "std")
    return aligned(
        headings,
        [
            _interval_row("SegmentationDice", found.dice),
            _interval_row("LongAxisErrorPercentage", found.long_axis_error),
            _interval_row("ShortAxisErrorPercentage", found.short_axis_error),
            _interval_row("ConsistencyDice", found.consistency),
            ("ChallengeScore", _interval(found.challenge_score), _UNKNOWN, _UNKNOWN),
        ],
    )


def _interval_row(name: str, found: SummaryIntervals) -> Row:
    return (name, *map(_interval, (found.mean, found.median, found.std)))


def _interval(found: Interval | None) -> str:
    return _UNKNOWN if found is None else f"{found.lower:.3f} to {found.upper:.3f}"


def _closing(analysis: Analysis) -> str:
    found, recist = analysis.detection, analysis.recist
    lines = [
        f"Found (Dice above 0.1): {_share(found.detected)}; empty: {found.empty_prediction.count}, "
        f"beside the click: {found.misses_click.count}, "
        f"with off-centre components: {found.off_centre.count}",
        f"RECIST 1.1, of {recist.stable.of} measurable lesions, each taken alone: "
        f"stable {recist.stable.count}, progression {recist.progression.count}, "
        f"partial response {recist.partial_response.count}, "
        f"complete response {recist.complete_response.count}; "
        f"no longer measurable {recist.lost.count}",
    ]
    if analysis.surface:
        surface = analysis.surface
        lines.append(
            f"Surface Dice at {surface.tolerance_mm:g} mm {_mean_std(surface.dice)}; "
            f"Hausdorff 95 % {_mean_std(surface.hausdorff_95_mm)} mm, "
            f"infinite in {surface.infinite}"
        )
    return "\n".join(lines)


def _share(found: Share) -> str:
    return f"{found.count} of {found.of} ({_figure(found.share)})"


def _figure(value: float | None, *, digits: int = 3) -> str:
    return _UNKNOWN if value is None else f"{value:.{digits}f}"
