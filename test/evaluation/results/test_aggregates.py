"""Summaries and the ChallengeScore, worked out by hand."""

import pytest

from evaluation.results.aggregates import aggregate, summarise


def test_a_summary_of_seven_values() -> None:
    """Exclusive quartiles of n = 7 fall on the 2nd, 4th and 6th value; variance 28 / 6."""
    summary = summarise([4, 1, 7, 3, 6, 2, 5])
    assert (summary.min, summary.max, summary.count) == (1, 7, 7)
    assert (summary.lower_quartile, summary.median, summary.upper_quartile) == (2, 4, 6)
    assert summary.mean == 4
    assert summary.std == pytest.approx((28 / 6) ** 0.5)


def test_exclusive_quartiles_of_two_values_lie_outside_them() -> None:
    """At (n + 1) · 1/4 = 0.75 of the way: 0.25 below the first value."""
    summary = summarise([0, 1])
    assert (summary.lower_quartile, summary.median, summary.upper_quartile) == (-0.25, 0.5, 1.25)


def test_one_value_is_its_own_quartiles_and_has_no_deviation() -> None:
    summary = summarise([0.7])
    assert summary.model_dump() == {
        "min": 0.7,
        "max": 0.7,
        "lower_quartile": 0.7,
        "median": 0.7,
        "upper_quartile": 0.7,
        "mean": 0.7,
        "std": None,
        "count": 1,
    }


def test_of_no_values_only_the_count_is_known() -> None:
    known = {key: value for key, value in summarise([]).model_dump().items() if value is not None}
    assert known == {"count": 0}


def test_all_metrics_together() -> None:
    aggregates = aggregate(
        dice=[0.5, 0.7], long_axis_error=[0.1, 0.3], short_axis_error=[0.2, 0.4], consistency=[0.9]
    )
    assert aggregates.challenge_score == pytest.approx(0.48 + 0.05 * 0.8 + 0.05 * 0.7 + 0.09)
    assert (aggregates.dice.count, aggregates.consistency.count) == (2, 1)
    assert aggregates.consistency.samples == 3


def test_without_consistency_the_challenge_score_is_unknown() -> None:
    aggregates = aggregate(
        dice=[0.5], long_axis_error=[0.1], short_axis_error=[0.2], consistency=[]
    )
    assert aggregates.challenge_score is None
    assert aggregates.dice.mean == 0.5
    assert (aggregates.consistency.mean, aggregates.consistency.count) == (None, 0)
