"""Shares and their score intervals; means and deviations."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.results.sections import MeanStd, Share
from evaluation.results.shares import mean_std, share, share_of

Z = 1.959963984540054


def holds(p: float, count: int, of: int) -> bool:
    """Wilson's definition, literally: the shares p that a score test does not reject."""
    return abs(count / of - p) <= Z * math.sqrt(p * (1 - p) / of)


@pytest.mark.parametrize(("count", "of"), [(0, 7), (1, 7), (3, 7), (7, 7), (69, 100), (1, 1)])
def test_the_interval_holds_the_shares_that_a_score_test_allows(count: int, of: int) -> None:
    grid = [i / 100_000 for i in range(100_001)]
    allowed = [p for p in grid if holds(p, count, of)]
    found = share(count, of)
    assert found.share == count / of
    assert found.lower == pytest.approx(allowed[0], abs=2e-5)
    assert found.upper == pytest.approx(allowed[-1], abs=2e-5)


def test_half_of_four() -> None:
    """z² = 3.8415; 1.96·√(1/16 + 3.8415/64) / (1 + 3.8415/4) = 1.96·0.35002/1.96037 = 0.34996."""
    found = share(2, 4)
    assert (found.lower, found.upper) == pytest.approx((0.15004, 0.84996), abs=1e-5)


@given(st.integers(1, 1000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_share_and_lies_between_0_and_1(counts: tuple[int, int]) -> None:
    found = share(*counts)
    assert found.lower is not None
    assert found.share is not None
    assert found.upper is not None
    assert 0 <= found.lower <= found.share <= found.upper <= 1


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
