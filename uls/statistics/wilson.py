"""Wilson's score interval of a share."""

import math
import statistics

__all__ = ["wilson_interval"]

Z_95 = statistics.NormalDist().inv_cdf(0.975)
"""Standard normal deviate that leaves 2.5 % on either side, 1.95996…"""


def wilson_interval(count: int, of: int) -> tuple[float, float]:
    """Return the 95 % score interval of `count / of`, where `of` is not 0.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    J. Am. Stat. Assoc. 22 (1927).
    """
    fraction, z2 = count / of, Z_95**2
    centre = (fraction + z2 / (2 * of)) / (1 + z2 / of)
    spread = fraction * (1 - fraction) / of + z2 / (4 * of * of)
    half = Z_95 * math.sqrt(spread) / (1 + z2 / of)
    return max(0.0, centre - half) if count else 0.0, min(1.0, centre + half) if count < of else 1.0
