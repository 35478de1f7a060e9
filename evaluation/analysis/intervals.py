"""Bootstrap intervals of the aggregates and of the ChallengeScore."""

from collections.abc import Sequence

import numpy as np

from evaluation.analysis.units import Units, units_of
from evaluation.results.metrics import Clicks, Lesion
from evaluation.results.quantities import Interval, SummaryIntervals
from evaluation.results.sections import Intervals
from uls.statistics.bootstrap import (
    FIGURES,
    Floats,
    draw_counts,
    percentile_interval,
    resampled_summaries,
)
from uls.statistics.challenge_score import challenge_scores

__all__ = ["RESAMPLES", "SEED", "intervals"]

RESAMPLES = 10_000
SEED = 23
"""Fixed, so that the same scores have the same intervals."""


def intervals(
    lesions: Sequence[Lesion], clicks: Sequence[Clicks], *, resamples: int = RESAMPLES
) -> Intervals:
    """Give the intervals of everything in `aggregates` that a bootstrap can tell.

    A metric whose values all come from one unit has none. Resamples without a figure (no repeated
    clicks were drawn; one lesion alone has no deviation) are left out of that figure's interval.
    """
    units = units_of(lesions, clicks)
    draws = _draw(lesions, clicks, units, resamples)
    varies = len(set(units.of_lesions)) > 1
    clicks_vary = len(set(units.of_clicks)) > 1
    dice, long_axis, short_axis, consistency = draws
    return Intervals(
        method="percentile bootstrap",
        resamples=resamples,
        seed=SEED,
        unit=units.unit,
        units=units.count,
        challenge_score=(
            _interval(challenge_scores(*(draw[0] for draw in draws)))
            if varies and clicks_vary
            else None
        ),
        dice=_summary_intervals(dice, varies=varies),
        long_axis_error=_summary_intervals(long_axis, varies=varies),
        short_axis_error=_summary_intervals(short_axis, varies=varies),
        consistency=_summary_intervals(consistency, varies=clicks_vary),
    )


def _draw(
    lesions: Sequence[Lesion], clicks: Sequence[Clicks], units: Units, resamples: int
) -> list[Floats]:
    """Summarise the four metrics in every resample, (5, resamples) each."""
    metrics = (
        (_array([lesion.dice for lesion in lesions]), units.of_lesions),
        (_array([lesion.long_axis_error for lesion in lesions]), units.of_lesions),
        (_array([lesion.short_axis_error for lesion in lesions]), units.of_lesions),
        (_array([entry.dice for entry in clicks]), units.of_clicks),
    )
    parts = [
        [resampled_summaries(values, unit_of, counts) for values, unit_of in metrics]
        for counts in draw_counts(units.count, resamples=resamples, seed=SEED)
    ]
    return [np.concatenate(part, axis=1) for part in zip(*parts, strict=True)]


def _array(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _summary_intervals(draws: Floats, *, varies: bool) -> SummaryIntervals:
    if not varies:
        return SummaryIntervals()
    figures = zip(FIGURES, draws, strict=True)
    return SummaryIntervals(**{name: _interval(figure) for name, figure in figures})


def _interval(draws: Floats) -> Interval | None:
    found = percentile_interval(draws)
    return None if found is None else Interval(lower=found[0], upper=found[1])
