"""Scores of one lesion, worked out by hand."""

import math

import pytest
from synthetic_submission import Mask, block, empty

from evaluation.scoring.lesion_scores import LesionScore, sape, score_lesion
from uls.geometry.cropped import cropped


def scored(reference: Mask, prediction: Mask | None) -> LesionScore:
    predicted = None if prediction is None else cropped(prediction)
    return score_lesion(7, cropped(reference), predicted)


def figures(score: LesionScore) -> tuple[float, float, float]:
    return score.dice, score.long_axis_error, score.short_axis_error


def test_a_perfect_prediction() -> None:
    score = scored(block(), block())
    assert figures(score) == (1, 0, 0)
    assert (score.voi, score.notes) == (7, ())


def test_a_prediction_of_half_the_height() -> None:
    """2 of 4 slices: 2 · 200 / (200 + 400); on each slice nothing differs."""
    assert figures(scored(block(z=4), block(z=2))) == pytest.approx((2 / 3, 0, 0))


def test_a_smaller_square() -> None:
    """Squares of 11 and 6 pixels a side: diagonals 10·√2 and 5·√2, so |10 − 5| / (10 + 5) both."""
    score = scored(block(y=11, x=11), block(y=6, x=6))
    assert figures(score) == pytest.approx((2 * 36 / (121 + 36), 1 / 3, 1 / 3))
    assert score.prediction is not None
    assert score.prediction.long_axis == score.prediction.short_axis == pytest.approx(5 * 2**0.5)


def test_axes_are_in_voxels_and_spacing_plays_no_part() -> None:
    """A row of 4 pixels: both axes 3."""
    assert scored(block(z=1, y=1, x=4), block()).reference.long_axis == 3


def test_an_empty_prediction_has_the_worst_scores() -> None:
    score = scored(block(), empty())
    assert figures(score) == (0, 1, 1)
    assert score.notes == ("empty prediction",)


def test_an_empty_reference_has_the_worst_scores() -> None:
    score = scored(empty(), block())
    assert figures(score) == (0, 1, 1)
    assert score.notes == ("empty reference",)


def test_both_empty_count_no_overlap_and_no_error() -> None:
    assert figures(scored(empty(), empty())) == (0, 0, 0)


def test_no_prediction_at_all_has_the_worst_scores_even_for_an_empty_reference() -> None:
    score = scored(empty(), None)
    assert figures(score) == (0, 1, 1)
    assert score.prediction is None
    assert score.notes == ("no usable prediction: worst score",)


def test_a_prediction_beside_the_click_is_noted() -> None:
    assert scored(block(), block(right=1)).notes == ("prediction misses the click",)


def test_a_single_voxel_has_axes_of_0() -> None:
    assert figures(scored(block(z=1, y=1, x=1), block(z=1, y=1, x=1))) == (1, 0, 0)
    two_voxels = block(z=1, y=1, x=2)
    assert figures(scored(block(z=1, y=1, x=1), two_voxels)) == pytest.approx((2 / 3, 1, 1))


@pytest.mark.parametrize(
    ("expected", "found", "error"),
    [(0, 0, 0), (3, 0, 1), (0, 3, 1), (3, 3, 0), (3, 1, 0.5), (1, 3, 0.5), (4, 6, 0.2)],
)
def test_symmetric_absolute_percentage_error(expected: float, found: float, error: float) -> None:
    assert math.isclose(sape(expected, found), error)
