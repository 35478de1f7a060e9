"""Bland and Altman's limits of agreement.

Source: J. M. Bland, D. G. Altman, Statistical methods for assessing agreement between two methods
of clinical measurement, Lancet 327 (1986).
"""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["DEVIATIONS", "Limits", "limits_of_agreement"]

DEVIATIONS = 1.96
"""Standard deviations between the bias and either limit of agreement."""


class Limits(NamedTuple):
    """Bias, its standard deviation and the limits; None where there are too few differences."""

    bias: float | None
    std: float | None = None
    lower: float | None = None
    upper: float | None = None


def limits_of_agreement(differences: Sequence[float]) -> Limits:
    """Return bias and limits of agreement; limits need two differences."""
    if len(differences) < 2:
        return Limits(bias=statistics.fmean(differences) if differences else None)
    bias, std = statistics.fmean(differences), statistics.stdev(differences)
    return Limits(bias, std, bias - DEVIATIONS * std, bias + DEVIATIONS * std)
