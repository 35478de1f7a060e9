"""Is the difference between two submissions real? Wilcoxon's test, and how large it is.

Source: F. Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1 (1945).
"""

from dataclasses import dataclass

import numpy as np

from uls.statistics.bootstrap import Floats
from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["SignedRank", "check_scipy", "signed_rank"]

_DIGITS = 12
"""Differences are rounded to these, so that 0.3 − 0.2 and 0.2 − 0.1 tie as they should."""


@dataclass(frozen=True)
class SignedRank:
    """A two-sided signed-rank test: its p, how many pairs were equal, and what to know of it."""

    p: float
    ties: int
    note: str = ""


def check_scipy() -> None:
    """Verify that tests can be made.

    Raises:
        CallError: scipy is not installed.
    """
    try:
        import scipy.stats  # noqa: F401, PLC0415  (only the extra `report` has it)
    except ImportError as error:
        raise CallError.about(
            "compare",
            expected="the package scipy",
            found="none installed",
            hint=f"{how_to_install('report')}.",
        ) from error


def signed_rank(a: Floats, b: Floats) -> SignedRank:
    """Test whether the differences a − b lie evenly around 0; equal pairs are left out.

    Without any difference the test is not defined, and p is 1.
    """
    from scipy.stats import wilcoxon  # noqa: PLC0415

    differences = np.round(a - b, _DIGITS)
    unequal = differences[differences != 0]
    ties = len(differences) - len(unequal)
    if not len(unequal):
        return SignedRank(1.0, ties, "no lesion differs: the test is not defined, p is set to 1")
    return SignedRank(float(wilcoxon(unequal).pvalue), ties)
