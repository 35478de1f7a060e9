"""Shares and their score intervals; means and deviations."""

import math

import pytest

from evaluation.results.quantities import MeanStd, Share
from evaluation.results.shares import mean_std, share, share_of


def test_a_share_comes_with_its_interval() -> None:
    found = share(2, 4)
    assert (found.share, found.count, found.of) == (0.5, 2, 4)
    assert (found.lower, found.upper) == pytest.approx((0.15004, 0.84996), abs=1e-5)


def test_of_nothing_there_is_no_share() -> None:
    assert share_of([]) == Share(count=0, of=0, share=None, lower=None, upper=None)


def test_counts_the_cases_that_hold() -> None:
    found = share_of(x > 1 for x in (1, 2, 3, 0))
    assert (found.count, found.of, found.share) == (2, 4, 0.5)


def test_mean_and_sample_deviation() -> None:
    """Deviations −1 and 1 from the mean of 2: √((1 + 1)/1)."""
    assert mean_std([1, 3]) == MeanStd(mean=2, std=math.sqrt(2), count=2)
    assert mean_std([5]) == MeanStd(mean=5, std=None, count=1)
    assert mean_std([]) == MeanStd(mean=None, std=None, count=0)
