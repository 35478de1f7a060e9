"""Bootstrap: which units are drawn, how often, and what a metric's summary is in every resample.

A resample is the number of times that each unit was drawn; figures of a resample are weighted
figures of the original values, without any copy of them.

Source: B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "CONFIDENCE",
    "FIGURES",
    "Counts",
    "Floats",
    "Integers",
    "draw_counts",
    "interval_of_mean",
    "percentile_interval",
    "resampled_means",
    "resampled_summaries",
]

CONFIDENCE = 0.95
"""Of every interval."""

FIGURES = ("mean", "std", "lower_quartile", "median", "upper_quartile")
"""What `resampled_summaries` gives, in its rows."""

_CHUNK_ELEMENTS = 1 << 20
"""Counts that are held at once, 4 MB each time."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]
Counts = npt.NDArray[np.int32]


def draw_counts(units: int, *, resamples: int, seed: int) -> Iterator[Counts]:
    """Draw resamples of as many units as there are, some at a time.

    Yields:
        How often each unit was drawn, (units, resamples in this part).
    """
    generator = np.random.default_rng(seed)
    part = max(1, _CHUNK_ELEMENTS // units)
    for start in range(0, resamples, part):
        n = min(part, resamples - start)
        drawn = generator.integers(units, size=(n, units), dtype=np.int32)
        cells = drawn * np.int64(n) + np.arange(n)[:, None]
        counts = np.bincount(cells.ravel(), minlength=units * n)
        yield counts.astype(np.int32).reshape(units, n)


def resampled_means(values: Floats, unit_of: Integers, counts: Counts) -> Floats:
    """Return the mean of one metric in every resample, (resamples,); NaN where nothing was drawn.

    Args:
        values: (n,), in any order.
        unit_of: the number of each value's unit, (n,).
        counts: how often each unit was drawn, (units, resamples).
    """
    sums = np.bincount(unit_of, weights=values, minlength=len(counts)) @ counts
    totals = np.bincount(unit_of, minlength=len(counts)) @ counts
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / totals)


def interval_of_mean(
    values: Sequence[float], *, resamples: int, seed: int
) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean, each value a unit of its own; None of a single one."""
    if len(values) < 2:
        return None
    rng = np.random.default_rng(seed)
    drawn = rng.choice(np.asarray(values), (resamples, len(values))).mean(axis=1)
    return percentile_interval(drawn)


def resampled_summaries(values: Floats, unit_of: Integers, counts: Counts) -> Floats:
    """Summarise one metric in every resample, as `evaluation.results.aggregates` does.

    Args:
        values: (n,), in any order.
        unit_of: the number of each value's unit, (n,).
        counts: how often each unit was drawn, (units, resamples).

    Returns:
        (5, resamples), the rows of `FIGURES`; NaN where a resample has no such figure.
    """
    if not len(values):
        return np.full((len(FIGURES), counts.shape[1]), np.nan)
    order = np.argsort(values, kind="stable")
    ranks = np.cumsum(counts[unit_of[order]], axis=0, dtype=np.int32)
    totals = ranks[-1].astype(np.intp)
    mean, std = _mean_and_std(values, unit_of, counts, totals)
    return np.stack([mean, std, *_quartiles(values[order], ranks, totals)])


def _mean_and_std(
    values: Floats, unit_of: Integers, counts: Counts, totals: Integers
) -> tuple[Floats, Floats]:
    """Weigh each unit's sums of deviations from the mean of all, so that no digits cancel out."""
    centre = float(values.mean())
    deviations = values - centre
    per_unit = [
        np.bincount(unit_of, weights=w, minlength=len(counts)) for w in (deviations, deviations**2)
    ]
    # Not by BLAS, whose threads cost more than they gain here and round as they please.
    sums, squares = np.einsum("fu,ur->fr", np.stack(per_unit), counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / totals
        variances = np.maximum(squares - sums * means, 0) / (totals - 1)
    return means + centre, np.where(totals > 1, np.sqrt(variances), np.nan)


def _quartiles(in_order: Floats, ranks: Counts, totals: Integers) -> list[Floats]:
    """Give the three quartiles by the exclusive method of Python's `statistics.quantiles`.

    Of two draws that method goes beyond both; here not beyond the range of all values.

    Args:
        in_order: the values, ascending, (n,).
        ranks: how many were drawn up to each of them, (n, resamples).
        totals: how many were drawn in all, (resamples,).
    """
    quartiles = []
    for quarter in (1, 2, 3):
        place = quarter * (totals + 1)
        below = np.clip(place // 4, 1, np.maximum(totals - 1, 1))
        low = _ranked(in_order, ranks, below)
        high = _ranked(in_order, ranks, np.minimum(below + 1, totals))
        beyond = place - 4 * below
        quartile = (low * (4 - beyond) + high * beyond) / 4
        quartile = np.clip(quartile, in_order[0], in_order[-1])
        quartiles.append(np.where(totals > 0, quartile, np.nan))
    return quartiles


def _ranked(in_order: Floats, ranks: Counts, rank: Integers) -> Floats:
    """Give each resample's value of a rank, counted from 1, by bisection."""
    resamples = np.arange(ranks.shape[1])
    low = np.zeros(len(resamples), dtype=np.intp)
    high = np.full(len(resamples), len(in_order) - 1)
    while (low < high).any():
        middle = (low + high) // 2
        reached = ranks[middle, resamples] >= rank
        high = np.where(reached, middle, high)
        low = np.where(reached, low, np.minimum(middle + 1, high))
    return in_order[low]


def percentile_interval(draws: Floats) -> tuple[float, float] | None:
    """Cut 2.5 % of the draws off on either side; NaN draws count as not made."""
    known = draws[~np.isnan(draws)]
    if not known.size:
        return None
    tail = (1 - CONFIDENCE) / 2
    ordered = np.sort(known)
    return _quantile(ordered, tail), _quantile(ordered, 1 - tail)


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
