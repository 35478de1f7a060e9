"""Bootstrap resamples of a submission: which units are drawn, how often, and what they score.

Units are drawn with replacement: patients where they are known, since one patient's lesions are
alike, else lesions. A unit comes with its lesions and its repeated clicks, so that Dice and
consistency vary together. A resample is the number of times that each unit was drawn; figures of a
resample are weighted figures of the original values, without any copy of them.

Source: B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from evaluation.results.metrics import Clicks, Lesion

__all__ = [
    "FIGURES",
    "Counts",
    "Floats",
    "Integers",
    "Units",
    "draw_counts",
    "resampled_summaries",
    "units_of",
]

FIGURES = ("mean", "std", "lower_quartile", "median", "upper_quartile")
"""What `resampled_summaries` gives, in its rows."""

_CHUNK_ELEMENTS = 1 << 20
"""Counts that are held at once, 4 MB each time."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]
Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Units:
    """What is drawn: for every lesion and every lesion with several clicks, its unit's number."""

    unit: Literal["patient", "lesion"]
    count: int
    of_lesions: Integers
    of_clicks: Integers


def units_of(lesions: Sequence[Lesion], clicks: Sequence[Clicks]) -> Units:
    """Find the units: patients if any lesion has one, else lesions.

    Repeated clicks belong to their patient, else to the lesion scored on one of their VOIs; where
    neither is known they are a unit of their own.
    """
    of_voi = {(lesion.stack, lesion.voi): _unit(lesion) for lesion in lesions}
    keys: list[object] = [_unit(lesion) for lesion in lesions]
    keys += [_unit_of_clicks(entry, of_voi, index) for index, entry in enumerate(clicks)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    numbered = np.array([numbers[key] for key in keys], dtype=np.intp)
    by_patient = any(lesion.patient is not None for lesion in lesions)
    return Units(
        unit="patient" if by_patient else "lesion",
        count=len(numbers),
        of_lesions=numbered[: len(lesions)],
        of_clicks=numbered[len(lesions) :],
    )


def _unit(lesion: Lesion) -> object:
    if lesion.patient is not None:
        return "patient", lesion.patient
    return "lesion", lesion.stack, lesion.voi


def _unit_of_clicks(clicks: Clicks, of_voi: dict[tuple[str, int], object], index: int) -> object:
    if clicks.patient is not None:
        return "patient", clicks.patient
    vois = [voi for pair in clicks.pairs for voi in (pair.a, pair.b)]
    known = [of_voi[clicks.stack, voi] for voi in vois if (clicks.stack, voi) in of_voi]
    return known[0] if known else ("clicks", index)


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
