"""What a whole submission scores: a summary of each metric, and the challenge's one number."""

import statistics
from collections.abc import Sequence

from evaluation.results.metrics import Aggregates, ConsistencySummary, Summary
from uls.statistics.challenge_score import challenge_score

__all__ = ["aggregate", "summarise"]


def aggregate(
    *,
    dice: Sequence[float],
    long_axis_error: Sequence[float],
    short_axis_error: Sequence[float],
    consistency: Sequence[float],
) -> Aggregates:
    """Summarise a submission's scores; what no lesion has a value for is None."""
    summaries = (summarise(dice), summarise(long_axis_error), summarise(short_axis_error))
    consistencies = ConsistencySummary(**summarise(consistency).model_dump())
    return Aggregates(
        challenge_score=challenge_score(*(s.mean for s in (*summaries, consistencies))),
        dice=summaries[0],
        long_axis_error=summaries[1],
        short_axis_error=summaries[2],
        consistency=consistencies,
    )


def summarise(values: Sequence[float]) -> Summary:
    """Summarise one metric; quartiles by the exclusive method, the sample's standard deviation.

    One value is its own quartiles and has no standard deviation; of none only the count is known.
    """
    if not values:
        return Summary(count=0)
    quartiles = statistics.quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3
    return Summary(
        min=min(values),
        max=max(values),
        lower_quartile=quartiles[0],
        median=quartiles[1],
        upper_quartile=quartiles[2],
        mean=statistics.fmean(values),
        std=statistics.stdev(values) if len(values) > 1 else None,
        count=len(values),
    )
