"""Shares with Wilson's score interval, and means with their standard deviation."""

import math
import statistics
from collections.abc import Iterable, Sequence

from evaluation.results.sections import MeanStd, Share

__all__ = ["mean_std", "share", "share_of"]

Z_95 = statistics.NormalDist().inv_cdf(0.975)
"""Standard normal deviate that leaves 2.5 % on either side, 1.95996…"""


def share_of(holds: Iterable[bool]) -> Share:
    """Share of the cases in which something holds."""
    cases = list(holds)
    return share(sum(cases), len(cases))


def share(count: int, of: int) -> Share:
    """Give `count / of` with its 95 % score interval; of none only the counts are known.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    J. Am. Stat. Assoc. 22 (1927).
    """
    if not of:
        return Share(count=count, of=of)
    fraction, z2 = count / of, Z_95**2
    centre = (fraction + z2 / (2 * of)) / (1 + z2 / of)
    spread = fraction * (1 - fraction) / of + z2 / (4 * of * of)
    half = Z_95 * math.sqrt(spread) / (1 + z2 / of)
    return Share(
        count=count,
        of=of,
        share=fraction,
        lower=max(0.0, centre - half) if count else 0.0,
        upper=min(1.0, centre + half) if count < of else 1.0,
    )


def mean_std(values: Sequence[float]) -> MeanStd:
    """Mean and sample standard deviation; the latter needs two values."""
    return MeanStd(
        mean=statistics.fmean(values) if values else None,
        std=statistics.stdev(values) if len(values) > 1 else None,
        count=len(values),
    )
