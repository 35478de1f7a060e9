"""Wilson's interval, worked out by hand and by its definition."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uls.statistics.wilson import Z_95, wilson_interval


def holds(p: float, count: int, of: int) -> bool:
    """Wilson's definition, literally: the shares p that a score test does not reject."""
    return abs(count / of - p) <= Z_95 * math.sqrt(p * (1 - p) / of)


@pytest.mark.parametrize(("count", "of"), [(0, 7), (1, 7), (3, 7), (7, 7), (69, 100), (1, 1)])
def test_the_interval_holds_the_shares_that_a_score_test_allows(count: int, of: int) -> None:
    grid = [i / 100_000 for i in range(100_001)]
    allowed = [p for p in grid if holds(p, count, of)]
    assert wilson_interval(count, of) == pytest.approx((allowed[0], allowed[-1]), abs=2e-5)


def test_half_of_four() -> None:
    """z² = 3.8415; 1.96·√(1/16 + 3.8415/64) / (1 + 3.8415/4) = 1.96·0.35002/1.96037 = 0.34996."""
    assert wilson_interval(2, 4) == pytest.approx((0.15004, 0.84996), abs=1e-5)


@given(st.integers(1, 1000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_share_and_lies_between_0_and_1(counts: tuple[int, int]) -> None:
    lower, upper = wilson_interval(*counts)
    assert 0 <= lower <= counts[0] / counts[1] <= upper <= 1
