"""Bootstrap intervals of the aggregates."""

import random
import statistics

import pytest
from synthetic_lesions import clicks, lesion

from evaluation.analysis.intervals import SEED, intervals
from evaluation.results.metrics import Clicks, Lesion
from evaluation.results.quantities import Interval, SummaryIntervals
from uls.statistics.bootstrap import draw_counts
from uls.statistics.challenge_score import challenge_score

RESAMPLES = 400


@pytest.fixture
def lesions() -> list[Lesion]:
    """Twelve lesions of five patients."""
    numbers = random.Random(7)  # noqa: S311
    return [
        lesion(
            numbers.random(),
            voi=voi,
            errors=(numbers.random(), numbers.random()),
            patient=f"p{voi % 5}",
        )
        for voi in range(12)
    ]


@pytest.fixture
def entries() -> list[Clicks]:
    return [clicks(0.3, 0, 20), clicks(0.9, 1, 21), clicks(0.5, 2, 22), clicks(0.7, 6, 23)]


def literal_resamples(
    lesions: list[Lesion], entries: list[Clicks]
) -> list[tuple[list[Lesion], list[Clicks]]]:
    """The same draws, with every patient's lesions and clicks copied into each resample."""
    patients = [f"p{i}" for i in range(5)]
    lesions_of = {p: [x for x in lesions if x.patient == p] for p in patients}
    clicks_of = {p: [e for e in entries if f"p{e.pairs[0].a % 5}" == p] for p in patients}
    resamples = []
    for counts in draw_counts(5, resamples=RESAMPLES, seed=SEED):
        for column in counts.T.tolist():
            drawn = [p for p, times in zip(patients, column, strict=True) for _ in range(times)]
            resamples.append(
                (
                    [x for p in drawn for x in lesions_of[p]],
                    [e for p in drawn for e in clicks_of[p]],
                )
            )
    return resamples


def cut(draws: list[float]) -> Interval:
    """Percentiles by sorting, interpolated between ranks."""
    draws = sorted(draws)
    ends = []
    for place in (0.025 * (len(draws) - 1), 0.975 * (len(draws) - 1)):
        below = int(place)
        ends.append(draws[below] + (place - below) * (draws[below + 1] - draws[below]))
    return Interval(lower=ends[0], upper=ends[1])


def assert_close(found: Interval | None, expected: Interval) -> None:
    assert found is not None
    assert (found.lower, found.upper) == pytest.approx((expected.lower, expected.upper))


def test_equals_a_literal_bootstrap_by_patient(
    lesions: list[Lesion], entries: list[Clicks]
) -> None:
    found = intervals(lesions, entries, resamples=RESAMPLES)
    resamples = literal_resamples(lesions, entries)
    assert (found.unit, found.units, found.resamples) == ("patient", 5, RESAMPLES)
    assert_close(found.dice.mean, cut([statistics.fmean(x.dice for x in r) for r, _ in resamples]))
    assert_close(
        found.long_axis_error.median,
        cut([statistics.median(x.long_axis_error for x in r) for r, _ in resamples]),
    )
    assert_close(
        found.short_axis_error.std,
        cut([statistics.stdev(x.short_axis_error for x in r) for r, _ in resamples]),
    )
    assert_close(
        found.consistency.mean,
        cut([statistics.fmean(e.dice for e in c) for _, c in resamples if c]),
    )
    scores = [
        challenge_score(
            statistics.fmean(x.dice for x in r),
            statistics.fmean(x.long_axis_error for x in r),
            statistics.fmean(x.short_axis_error for x in r),
            statistics.fmean(e.dice for e in c),
        )
        for r, c in resamples
        if c
    ]
    assert_close(found.challenge_score, cut([s for s in scores if s is not None]))


def test_equal_lesions_have_an_interval_of_no_width(entries: list[Clicks]) -> None:
    found = intervals([lesion(0.7, voi=voi) for voi in range(4)], entries, resamples=50)
    assert found.unit == "lesion"
    assert_close(found.dice.mean, Interval(lower=0.7, upper=0.7))
    assert_close(found.dice.upper_quartile, Interval(lower=0.7, upper=0.7))


def test_one_patient_alone_has_no_intervals(entries: list[Clicks]) -> None:
    alone = [lesion(voi=voi, dice=voi / 10, patient="p") for voi in range(5)]
    found = intervals(alone, [clicks(0.4, 0, 9)], resamples=50)
    assert found.units == 1
    assert found.challenge_score is None
    assert found.dice == found.consistency == SummaryIntervals()


def test_without_repeated_clicks_there_is_no_score_to_vary(lesions: list[Lesion]) -> None:
    found = intervals(lesions, [], resamples=50)
    assert found.challenge_score is None
    assert found.consistency == SummaryIntervals()
    assert found.dice.mean is not None


def test_one_lesion_alone_with_repeated_clicks_leaves_the_score_without_an_interval(
    lesions: list[Lesion],
) -> None:
    found = intervals(lesions, [clicks(0.4, 0, 9)], resamples=50)
    assert found.challenge_score is None
    assert found.consistency == SummaryIntervals()
    assert found.dice.mean is not None


def test_the_same_scores_have_the_same_intervals(
    lesions: list[Lesion], entries: list[Clicks]
) -> None:
    first, second = (intervals(lesions, entries, resamples=60) for _ in range(2))
    assert first == second


def test_nearly_covers_the_normal_interval() -> None:
    """200 lesions of Dice i/199: the mean's standard error is 0.29011/√200 = 0.02051."""
    lesions = [lesion(i / 199, voi=i) for i in range(200)]
    found = intervals(lesions, [], resamples=4000).dice.mean
    assert found is not None
    assert found.lower == pytest.approx(0.5 - 1.96 * 0.02051, abs=0.003)
    assert found.upper == pytest.approx(0.5 + 1.96 * 0.02051, abs=0.003)
