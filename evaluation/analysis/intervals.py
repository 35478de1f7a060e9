"""Bootstrap intervals of the aggregates and of the ChallengeScore."""

import math
from collections.abc import Sequence

import numpy as np

from evaluation.analysis.resampling import (
    FIGURES,
    Floats,
    Units,
    draw_counts,
    resampled_summaries,
    units_of,
)
from evaluation.results.aggregates import AXIS_WEIGHT, CONSISTENCY_WEIGHT, DICE_WEIGHT
from evaluation.results.metrics import Clicks, Lesion
from evaluation.results.sections import Interval, Intervals, SummaryIntervals

__all__ = ["CONFIDENCE", "RESAMPLES", "SEED", "intervals", "percentile_interval"]

RESAMPLES = 10_000
SEED = 23
"""Fixed, so that the same scores have the same intervals."""
CONFIDENCE = 0.95


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
            percentile_interval(_challenge_scores(*(draw[0] for draw in draws)))
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


def _challenge_scores(
    dice: Floats, long_axis: Floats, short_axis: Floats, consistency: Floats
) -> Floats:
    """Weigh the means of every resample, as `challenge_score` does for the submission."""
    return (
        DICE_WEIGHT * dice
        + AXIS_WEIGHT * (1 - np.minimum(1, long_axis))
        + AXIS_WEIGHT * (1 - np.minimum(1, short_axis))
        + CONSISTENCY_WEIGHT * consistency
    )


def _summary_intervals(draws: Floats, *, varies: bool) -> SummaryIntervals:
    if not varies:
        return SummaryIntervals()
    figures = zip(FIGURES, draws, strict=True)
    return SummaryIntervals(**{name: percentile_interval(figure) for name, figure in figures})


def percentile_interval(draws: Floats) -> Interval | None:
    """Cut 2.5 % of the draws off on either side; NaN draws count as not made."""
    known = draws[~np.isnan(draws)]
    if not known.size:
        return None
    tail = (1 - CONFIDENCE) / 2
    ordered = np.sort(known)
    return Interval(lower=_quantile(ordered, tail), upper=_quantile(ordered, 1 - tail))


def _quantile(ordered: Floats, share: float) -> float:
    """Interpolate between two neighbours, to the last bit as `numpy.quantile` does.

    That one first loads masked arrays, which takes longer than all the quantiles.
    """
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    beyond = place - below
    step = high - low
    return low + step * beyond if beyond < 0.5 else high - step * (1 - beyond)
