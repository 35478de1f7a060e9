"""The interval of a rank correlation.

Source: D. G. Bonett, T. A. Wright, Sample size requirements for estimating Pearson, Kendall and
Spearman correlations, Psychometrika 65 (2000).
"""

import math

__all__ = ["spearman_interval"]

_Z_95 = 1.959963984540054
_FEWEST = 4


def spearman_interval(rho: float, n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of Spearman's rho of n pairs, by Fisher's z.

    The variance of z is (1 + rho² / 2) / (n − 3). None for fewer than four pairs, and where rho
    is 1 or −1, at which z is infinite.
    """
    if n < _FEWEST or abs(rho) >= 1:
        return None
    reach = _Z_95 * math.sqrt((1 + rho**2 / 2) / (n - 3))
    z = math.atanh(rho)
    return math.tanh(z - reach), math.tanh(z + reach)
