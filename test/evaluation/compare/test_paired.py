"""Wilcoxon's test, on examples that can be worked out by hand."""

import sys

import numpy as np
import pytest

from evaluation.compare.paired import check_scipy, signed_rank
from uls.workshop.errors import CallError


def test_five_differences_of_one_sign() -> None:
    """Of 2⁵ ways to sign five ranks, two are as one-sided as this: p = 2/32."""
    result = signed_rank(np.array([0.1, 0.2, 0.3, 0.4, 0.5]), np.zeros(5))
    assert result.p == pytest.approx(2 / 32)
    assert result.ties == 0
    assert not result.note


def test_the_smallest_against_the_rest() -> None:
    """Rank sums 1 and 9: signs with a smaller sum of 1 or 0 are 4 of 2⁴ = 16."""
    result = signed_rank(np.array([-0.1, 0.2, 0.3, 0.4]), np.zeros(4))
    assert result.p == pytest.approx(4 / 16)


def test_equal_pairs_are_left_out() -> None:
    result = signed_rank(np.array([1, 2, 3, 4, 5, 0.7, 0.7]), np.array([0, 0, 0, 0, 0, 0.7, 0.7]))
    assert (result.p, result.ties) == (pytest.approx(2 / 32), 2)


def test_without_any_difference_p_is_1_and_it_is_said() -> None:
    result = signed_rank(np.full(9, 0.5), np.full(9, 0.5))
    assert (result.p, result.ties) == (1.0, 9)
    assert "not defined" in result.note


def test_differences_that_are_equal_but_for_rounding_tie() -> None:
    """0.3 − 0.2 and 0.2 − 0.1 differ in the last bit; as ties of opposite sign they balance."""
    result = signed_rank(np.array([0.3, 0.1]), np.array([0.2, 0.2]))
    assert result.p == pytest.approx(1)


def test_one_lesion_proves_nothing() -> None:
    assert signed_rank(np.array([0.9]), np.array([0.1])).p == pytest.approx(1)


def test_order_does_not_matter() -> None:
    a, b = np.random.default_rng(0).random((2, 30))
    assert signed_rank(a, b).p == pytest.approx(signed_rank(b, a).p)


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(CallError, match=r"'\.\[report\]'"):
        check_scipy()
