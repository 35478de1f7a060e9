"""Whole comparisons: ranks, their intervals, tests and notes."""

import numpy as np
import pytest
from synthetic_scores import Write

from evaluation.compare.compare import compare_entries
from evaluation.compare.comparison import Comparison, Standing
from evaluation.compare.entries import read_entries
from evaluation.compare.ranking import ranks_of
from evaluation.compare.table import comparison_table


def compared(*files: object, **options: int) -> Comparison:
    return compare_entries(read_entries(list(files)), **({"resamples": 400} | options))  # type: ignore[arg-type]


def by_name(comparison: Comparison) -> dict[str, Standing]:
    return {standing.name: standing for standing in comparison.standings}


def test_one_that_is_better_on_every_lesion_is_always_first(write: Write) -> None:
    """Score of good: 0.8·0.8 + 0.1·(1 − 0.5) + 0.1·0.9 = 0.78; bad has 0.1 Dice less: 0.70."""
    good = write("good", [0.9, 0.8, 0.7], consistency=[0.9, 0.9, 0.9])
    bad = write("bad", [0.8, 0.7, 0.6], consistency=[0.9, 0.9, 0.9])
    comparison = compared(bad, good)
    assert [standing.name for standing in comparison.standings] == ["good", "bad"]
    first, second = comparison.standings
    assert (first.rank, first.rank_interval, first.first_share) == (1, (1, 1), 1.0)
    assert (second.rank, second.rank_interval, second.first_share) == (2, (2, 2), 0.0)
    assert first.challenge_score == pytest.approx(0.78)
    assert second.challenge_score == pytest.approx(0.70)
    dice = comparison.tests[0]
    assert (dice.metric, dice.a, dice.b) == ("SegmentationDice", "bad", "good")
    assert dice.median_difference == pytest.approx(-0.1)
    assert dice.median_interval is not None
    assert dice.median_interval.lower == pytest.approx(-0.1)
    assert dice.mean_difference == pytest.approx(-0.1)
    assert dice.better == "good"
    assert dice.p == pytest.approx(2 / 8)  # three ranks that tie, all of one sign: 2 of 2³


def test_of_errors_the_smaller_is_better(write: Write) -> None:
    a = write("a", [0.5, 0.5], errors=[0.1, 0.2])
    b = write("b", [0.5, 0.5], errors=[0.2, 0.4])
    tests = {test.metric: test for test in compared(a, b).tests}
    assert tests["LongAxisErrorPercentage"].better == "a"
    assert tests["ShortAxisErrorPercentage"].mean_difference == pytest.approx(-0.15)
    assert tests["SegmentationDice"].better is None
    assert "ConsistencyDice" not in tests


def test_every_pair_is_tested_and_corrected_for_all_tests(write: Write) -> None:
    generator = np.random.default_rng(1)
    files = [
        write(name, generator.random(12).tolist(), consistency=generator.random(4).tolist())
        for name in "abc"
    ]
    tests = compared(*files).tests
    assert len(tests) == 3 * 4
    smallest = min(tests, key=lambda test: test.p)
    assert smallest.p_holm == pytest.approx(min(1, 12 * smallest.p))
    assert all(test.p_holm >= test.p for test in tests)


def test_equal_submissions_share_the_first_rank(write: Write) -> None:
    files = [write(name, [0.4, 0.8], consistency=[0.5]) for name in "ab"]
    comparison = compared(*files)
    for standing in comparison.standings:
        assert (standing.rank, standing.rank_interval) == (1, (1, 1))
        assert standing.first_share == pytest.approx(0.5)
    assert all(test.p == 1 and "not defined" in test.note for test in comparison.tests)


def test_without_repeated_clicks_dice_ranks_and_it_is_said(write: Write) -> None:
    comparison = compared(write("a", [0.4, 0.8]), write("b", [0.5, 0.9]))
    assert comparison.ranking.ranked_by == "SegmentationDice"
    assert comparison.standings[0].name == "b"
    assert comparison.standings[0].challenge_score is None
    assert any("ranks are by mean Dice" in note for note in comparison.notes)


def test_a_patients_lesions_are_drawn_together(write: Write) -> None:
    """Patients p, q: mean Dice of a − b is +0.3 for p's three lesions and −0.5 for q's one.

    Drawn are pp, pq, qp, qq in equal shares. The means: +0.3, (0.9 − 0.5) / 4 = +0.1, −0.5.
    So a is first in 3 of 4 resamples; by lesions it would be other shares.
    """
    patients = ["p", "p", "p", "q"]
    a = write("a", [0.8, 0.8, 0.8, 0.2], patients=patients)
    b = write("b", [0.5, 0.5, 0.5, 0.7], patients=patients)
    comparison = compared(a, b, resamples=4000)
    assert (comparison.ranking.unit, comparison.ranking.units) == ("patient", 2)
    assert by_name(comparison)["a"].first_share == pytest.approx(0.75, abs=0.03)
    interval = comparison.tests[0].mean_interval
    assert interval is not None
    assert (interval.lower, interval.upper) == (pytest.approx(-0.5), pytest.approx(0.3))
    assert any("by patient" in note for note in comparison.notes)


def test_the_seed_decides(write: Write) -> None:
    generator = np.random.default_rng(2)
    files = [write(name, generator.random(9).tolist()) for name in "ab"]
    assert compared(*files, seed=1) == compared(*files, seed=1)
    assert compared(*files, seed=1) != compared(*files, seed=2)


def test_resamples_without_a_repeated_click_are_left_out(write: Write) -> None:
    """One of two lesions has clicks: a resample lacks it with probability 1/4."""
    files = [write(name, [0.4, dice], consistency=[0.5]) for name, dice in (("a", 0.7), ("b", 0.8))]
    comparison = compared(*files, resamples=4000)
    assert comparison.ranking.left_out == pytest.approx(1000, abs=120)
    (consistency,) = (t for t in comparison.tests if t.metric == "ConsistencyDice")
    assert consistency.median_interval is None


def test_ranks() -> None:
    """Columns are resamples; equal scores share the better rank."""
    scores = np.array([[0.3, 0.5], [0.2, 0.5], [0.1, 0.4]])
    assert ranks_of(scores).tolist() == [[1, 1], [2, 1], [3, 3]]


def test_the_published_baseline_stands_beside_them_without_a_rank(write: Write) -> None:
    """Its score follows from its means: 0.8·0.703 + 0.05·0.888 + 0.05·0.880 + 0.1·0.787."""
    comparison = compared(write("a", [0.4, 0.8]), write("b", [0.5, 0.9]))
    published = comparison.published
    means = list(published.means.values())
    expected = 0.8 * means[0] + 0.05 * (2 - means[1] - means[2]) + 0.1 * means[3]
    assert published.challenge_score == pytest.approx(expected, abs=0.001)
    (row,) = (line for line in comparison_table(comparison).splitlines() if "(published)" in line)
    assert row.split()[0] == "nnUnet-ResEnc+SS"
    assert "not computed here" in comparison_table(comparison)


def test_the_table_has_a_row_a_submission_and_a_row_a_test(write: Write) -> None:
    a, b = write("a", [0.4, 0.8], consistency=[0.5]), write("b", [0.5, 0.9], consistency=[0.6])
    ranks, tests, notes = comparison_table(compared(a, b)).split("\n\n")
    assert len(ranks.splitlines()) == 1 + 2 + 1
    assert ranks.splitlines()[1].split()[:4] == ["1", "1–1", "100%", "b"]
    assert len(tests.splitlines()) == 1 + 4
    assert tests.splitlines()[1].split()[:4] == ["Dice", "a", "b", "-0.1000"]
    assert "Ranked by ChallengeScore" in notes
