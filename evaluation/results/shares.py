"""Shares with Wilson's score interval, and means with their standard deviation."""

import statistics
from collections.abc import Iterable, Sequence

from evaluation.results.quantities import MeanStd, Share
from uls.statistics.wilson import wilson_interval

__all__ = ["mean_std", "share", "share_of"]


def share_of(holds: Iterable[bool]) -> Share:
    """Share of the cases in which something holds."""
    cases = list(holds)
    return share(sum(cases), len(cases))


def share(count: int, of: int) -> Share:
    """Return `count / of` with its 95 % score interval; of none only the counts are known."""
    if not of:
        return Share(count=count, of=of)
    lower, upper = wilson_interval(count, of)
    return Share(count=count, of=of, share=count / of, lower=lower, upper=upper)


def mean_std(values: Sequence[float]) -> MeanStd:
    """Mean and sample standard deviation; the latter needs two values."""
    return MeanStd(
        mean=statistics.fmean(values) if values else None,
        std=statistics.stdev(values) if len(values) > 1 else None,
        count=len(values),
    )
