"""Who is first, and would it be so with other lesions? The ranking in bootstrap resamples."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation.compare.entries import Entries, Entry
from uls.statistics.bootstrap import Counts, Floats, Integers, draw_counts, resampled_means
from uls.statistics.challenge_score import challenge_scores

__all__ = ["Ranks", "ranks_of", "resampled_ranks"]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Scores and ranks of all entries.

    Attributes:
        by: what is ranked by.
        scores: (entries,).
        ranks: (entries,), from 1.
        drawn_scores: (entries, resamples); resamples without a score are left out.
        drawn_ranks: the same.
        first_shares: (entries,), sums to 1.
        left_out: how many resamples had no score.
    """

    by: Literal["ChallengeScore", "SegmentationDice"]
    scores: Floats
    ranks: Integers
    drawn_scores: Floats
    drawn_ranks: Integers
    first_shares: Floats
    left_out: int


def resampled_ranks(entries: Entries, *, resamples: int, seed: int) -> Ranks:
    """Rank the entries as they are and in every resample, all entries on the same draws."""
    units = entries.units
    once = np.ones((units.count, 1), dtype=np.int32)
    scores = _scores(entries, once)[:, 0]
    counts = draw_counts(units.count, resamples=resamples, seed=seed)
    drawn = np.concatenate([_scores(entries, part) for part in counts], axis=1)
    known = drawn[:, ~np.isnan(drawn).any(axis=0)]
    ranks = ranks_of(known)
    first = ranks == 1
    return Ranks(
        by="ChallengeScore" if len(units.of_clicks) else "SegmentationDice",
        scores=scores,
        ranks=ranks_of(scores[:, None])[:, 0],
        drawn_scores=known,
        drawn_ranks=ranks,
        first_shares=(first / first.sum(axis=0)).mean(axis=1),
        left_out=drawn.shape[1] - known.shape[1],
    )


def ranks_of(scores: Floats) -> Integers:
    """Rank each column's scores, (entries, n): 1 for the highest; equal ones share the better."""
    rounded = np.round(scores, 12)
    return np.asarray(1 + (rounded[None, :, :] > rounded[:, None, :]).sum(axis=1))


def _scores(entries: Entries, counts: Counts) -> Floats:
    """Score every entry in every resample, (entries, resamples); NaN where a mean is unknown."""
    return np.stack([_entry_scores(entry, entries, counts) for entry in entries.entries])


def _entry_scores(entry: Entry, entries: Entries, counts: Counts) -> Floats:
    of_lesions, of_clicks = entries.units.of_lesions, entries.units.of_clicks
    dice, long_axis, short_axis, consistency = entry.scores
    mean_dice = resampled_means(dice, of_lesions, counts)
    if not len(of_clicks):
        return mean_dice
    return challenge_scores(
        mean_dice,
        resampled_means(long_axis, of_lesions, counts),
        resampled_means(short_axis, of_lesions, counts),
        resampled_means(consistency, of_clicks, counts),
    )
