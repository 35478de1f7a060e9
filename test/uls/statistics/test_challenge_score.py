"""The ChallengeScore, worked out by hand."""

import numpy as np
import pytest

from uls.statistics.challenge_score import challenge_score, challenge_scores


def test_the_published_baseline() -> None:
    """0.8 · 0.703 + 0.05 · 0.888 + 0.05 · 0.880 + 0.1 · 0.787, which the paper rounds to 0.729."""
    assert challenge_score(0.703, 0.112, 0.120, 0.787) == pytest.approx(0.7295, abs=5e-5)


@pytest.mark.parametrize(
    ("means", "score"),
    [
        ((1, 0, 0, 1), 1.0),
        ((0, 1, 1, 0), 0.0),
        ((1, 1, 1, 0), 0.8),
        ((0, 0, 1, 0), 0.05),
        ((0, 1, 0, 0), 0.05),
        ((0, 1, 1, 1), 0.1),
    ],
)
def test_the_weights(means: tuple[float, ...], score: float) -> None:
    assert challenge_score(*means) == pytest.approx(score)


@pytest.mark.parametrize("unknown", range(4))
def test_without_one_of_its_parts_there_is_no_challenge_score(unknown: int) -> None:
    means: list[float | None] = [0.5] * 4
    means[unknown] = None
    assert challenge_score(*means) is None


def test_many_at_once_are_each_alone() -> None:
    """Errors beyond 1 count as 1; what is not known stays so."""
    means = np.array([[0.7, 0.1, 0.2, 0.8], [0.3, 1.5, 2.0, 0.1], [np.nan, 0.1, 0.1, 0.5]])
    found = challenge_scores(*means.T)
    assert found[:2].tolist() == [challenge_score(*row) for row in means[:2].tolist()]
    assert np.isnan(found[2])
