"""Bootstrap resamples, against slow ones written out literally."""

import math
import statistics
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from evaluation.results.aggregates import summarise
from uls.statistics.bootstrap import (
    FIGURES,
    draw_counts,
    interval_of_mean,
    percentile_interval,
    resampled_means,
    resampled_summaries,
)


def literal_summary(values: list[float]) -> list[float | None]:
    """The figures of one resample, by the code that scores the submission itself."""
    summary = summarise(values)
    return [getattr(summary, figure) for figure in FIGURES]


def literal_draw(values: list[float], unit_of: list[int], counts: list[int]) -> list[float]:
    """A resample with every value as often as its unit was drawn."""
    return [v for v, unit in zip(values, unit_of, strict=True) for _ in range(counts[unit])]


def test_a_resample_written_out() -> None:
    """Unit 0 (values 1, 4) twice, unit 1 (value 2) once: 1, 1, 2, 4, 4 with quartiles 1, 2, 4."""
    counts = np.array([[2], [1]], dtype=np.int32)
    found = resampled_summaries(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 0]), counts)
    std = statistics.stdev([1, 1, 2, 4, 4])
    assert found[:, 0].tolist() == pytest.approx([2.4, std, 1, 2, 4])


@given(
    values=st.lists(st.floats(0, 1, width=32), min_size=1, max_size=9),
    data=st.data(),
)
def test_equals_the_literal_resample(values: list[float], data: st.DataObject) -> None:
    n_units = data.draw(st.integers(1, len(values)))
    unit_of = data.draw(
        st.lists(st.integers(0, n_units - 1), min_size=len(values), max_size=len(values))
    )
    counts = data.draw(hnp.arrays(np.int32, (n_units, 3), elements=st.integers(0, 4)))
    found = resampled_summaries(np.array(values), np.array(unit_of), counts)
    for resample in range(3):
        drawn = literal_draw(values, unit_of, counts[:, resample].tolist())
        expected = literal_summary(drawn)
        for figure, value in enumerate(expected):
            if value is None:
                assert np.isnan(found[figure, resample])
                continue
            inside = min(max(value, min(values)), max(values)) if figure > 1 else value
            assert found[figure, resample] == pytest.approx(inside, abs=1e-6)


def test_no_values_have_no_figures() -> None:
    found = resampled_summaries(
        np.array([]), np.array([], dtype=np.intp), np.ones((2, 3), np.int32)
    )
    assert found.shape == (5, 3)
    assert np.isnan(found).all()


def test_as_many_units_are_drawn_as_there_are() -> None:
    parts = list(draw_counts(7, resamples=100, seed=1))
    counts = np.concatenate(parts, axis=1)
    assert counts.shape == (7, 100)
    assert (counts.sum(axis=0) == 7).all()
    assert len(np.unique(counts, axis=1).T) > 50


def test_draws_equal_those_of_the_same_numbers_counted_literally(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In parts of 2 resamples; the generator's numbers, counted one by one."""
    monkeypatch.setattr("uls.statistics.bootstrap._CHUNK_ELEMENTS", 10)
    parts = list(draw_counts(5, resamples=5, seed=3))
    assert [part.shape for part in parts] == [(5, 2), (5, 2), (5, 1)]
    generator = np.random.default_rng(3)
    for part in parts:
        drawn = generator.integers(5, size=(part.shape[1], 5), dtype=np.int32)
        for resample, units in enumerate(drawn.tolist()):
            times = Counter(units)
            assert part[:, resample].tolist() == [times[unit] for unit in range(5)]


def test_every_unit_is_drawn_equally_often_on_the_whole() -> None:
    """4000 resamples of 4: 4000 expected each, deviation √(16000·3/16) ≈ 55; allowed are five."""
    totals = sum(part.sum(axis=1) for part in draw_counts(4, resamples=4000, seed=0))
    assert np.abs(np.asarray(totals) - 4000).max() < 275


def test_the_same_seed_draws_the_same() -> None:
    first, second, other = (next(draw_counts(9, resamples=9, seed=s)) for s in (5, 5, 6))
    assert (first == second).all()
    assert (first != other).any()


def test_draws_as_even_as_can_be() -> None:
    """0 … 1000: 2.5 % of the way from 0 to 1000 is 25."""
    draws = np.random.default_rng(0).permutation(np.arange(1001.0))
    assert percentile_interval(draws) == pytest.approx((25, 975))


def test_draws_that_do_not_exist_are_left_out() -> None:
    assert percentile_interval(np.array([np.nan, 1.0, np.nan, 1.0])) == (1, 1)
    assert percentile_interval(np.array([np.nan])) is None


def test_a_single_value_has_no_interval() -> None:
    assert interval_of_mean([0.5], resamples=100, seed=1) is None


def test_an_interval_is_that_of_a_mean() -> None:
    values = np.random.default_rng(0).normal(0.6, 0.2, 100)
    interval = interval_of_mean(list(values), resamples=10_000, seed=23)
    assert interval is not None
    error = 1.96 * values.std() / math.sqrt(len(values))
    assert interval == pytest.approx((values.mean() - error, values.mean() + error), abs=0.006)


def test_means_of_resamples_are_those_of_summaries() -> None:
    values, unit_of = np.array([1.0, 2.0, 4.0]), np.array([0, 1, 0])
    counts = np.array([[2, 0, 0], [1, 3, 0]], dtype=np.int32)
    found = resampled_means(values, unit_of, counts)
    assert found[:2].tolist() == pytest.approx([12 / 5, 2.0])
    assert np.isnan(found[2])
