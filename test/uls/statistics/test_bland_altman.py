"""Limits of agreement, worked out by hand."""

import pytest

from uls.statistics.bland_altman import limits_of_agreement


def test_two_differences() -> None:
    """1 and 3: bias 2, deviation √2, limits 2 ± 1.96·√2."""
    found = limits_of_agreement([1, 3])
    reach = 1.96 * 2**0.5
    assert found == pytest.approx((2, 2**0.5, 2 - reach, 2 + reach))


def test_a_single_difference_has_no_limits() -> None:
    assert limits_of_agreement([4.0]) == (4.0, None, None, None)
    assert limits_of_agreement([]) == (None, None, None, None)
