"""Click consistency, worked out by hand."""

import dataclasses
from pathlib import Path

import pytest
from synthetic_submission import Mask, Submission, block, empty

from evaluation.scoring.consistency import ClicksScore, score_clicks
from evaluation.scoring.ground_truth import ReferenceStack, read_ground_truth
from uls.geometry.cropped import cropped


@pytest.fixture
def stack(submission: Submission) -> ReferenceStack:
    submission.write()
    (stack,) = read_ground_truth(submission.ground_truth)
    return stack


def scored(stack: ReferenceStack, *predictions: Mask) -> ClicksScore:
    packed = {voi: cropped(mask).packed() for voi, mask in enumerate(predictions)}
    (score,) = score_clicks(stack, packed)
    return score


def test_a_shift_to_the_right_moves_b_to_the_left(stack: ReferenceStack) -> None:
    """2.5 mm at 0.5 mm per voxel: b moves by -5 along x and lies on a."""
    score = scored(stack, block(), block(right=5))
    assert score.pairs[0].move_zyx == (0, 0, -5)
    assert score.dice == 1


def test_half_an_overlap_after_the_move(stack: ReferenceStack) -> None:
    assert scored(stack, block(), block(right=10)).dice == 0.5


@pytest.mark.parametrize("vois", [(block(), empty()), (empty(), block()), (empty(), empty())])
def test_an_empty_prediction_counts_0(stack: ReferenceStack, vois: tuple[Mask, Mask]) -> None:
    score = scored(stack, *vois)
    assert score.dice == 0
    assert score.pairs[0].notes == ("empty prediction",)


def test_a_pair_without_a_usable_prediction_counts_0(stack: ReferenceStack) -> None:
    score = scored(stack, block())
    assert score.dice == 0
    assert score.pairs[0].notes == ("no usable prediction: worst score",)


def test_a_lesion_scores_the_mean_of_its_pairs(tmp_path: Path) -> None:
    """Blocks at 0, 5 and 10 without any shift: overlaps of 1/2, 0 and 1/2."""
    submission = Submission(tmp_path)
    shift = [0.0, 0.0, 0.0]
    submission.add_stack(
        [block()] * 3, [block()] * 3, multi=[[[0, 1, shift], [0, 2, shift], [1, 2, shift]]]
    )
    submission.write()
    (stack,) = read_ground_truth(submission.ground_truth)
    score = scored(stack, block(), block(right=5), block(right=10))
    assert [pair.dice for pair in score.pairs] == [0.5, 0, 0.5]
    assert score.dice == pytest.approx(1 / 3)


def test_the_spacing_is_that_of_a(stack: ReferenceStack) -> None:
    """At 1 mm per voxel in VOI a, 2.5 mm are 2 voxels: overlap of 7 columns of 10."""
    spacings = ((1.0, 1.0, 1.0), *stack.spacings_mm[1:])
    score = scored(dataclasses.replace(stack, spacings_mm=spacings), block(), block(right=5))
    assert score.pairs[0].move_zyx == (0, 0, -2)
    assert score.dice == 0.7
