"""Whole evaluations: what is scored, and what stands in metrics.json."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_stacks import write_image
from synthetic_submission import Submission, block, empty

from evaluation.results.metrics import Metrics
from evaluation.scoring.job import evaluate
from uls.workshop.errors import InputError, OutputError


def dice_by_name(metrics: Metrics) -> dict[str, float | None]:
    return {name: metrics.case.dice[index] for index, name in metrics.case.fn.items()}


def test_one_stack(submission: Submission) -> None:
    """Blocks of 10 columns: all, half, and none of them in common."""
    metrics = evaluate(submission.options())
    assert dice_by_name(metrics) == {
        "file_0_lesion_0": 1,
        "file_0_lesion_1": 0.5,
        "file_0_lesion_2": 0,
    }
    assert metrics.case.long_axis_error == {"0": 0, "1": 0, "2": 1}
    assert metrics.case.short_axis_error == {"0": 0, "1": 0, "2": 1}
    assert metrics.consistency_check.dice == {"0": 1}
    expected = 0.8 * 0.5 + 0.05 * (2 / 3) + 0.05 * (2 / 3) + 0.1
    assert metrics.aggregates.challenge_score == pytest.approx(expected)
    assert metrics.aggregates.consistency.std is None
    assert not metrics.missing
    assert not metrics.warnings


def test_metrics_json_holds_the_challenges_keys(submission: Submission) -> None:
    evaluate(submission.options())
    written = json.loads(submission.metrics_file.read_text())
    assert {"case", "consistency_check", "aggregates"} <= set(written)
    metrics = ["SegmentationDice", "LongAxisErrorPercentage", "ShortAxisErrorPercentage"]
    assert list(written["case"]) == [*metrics, "fn"]
    assert list(written["aggregates"]) == ["ChallengeScore", *metrics, "ConsistencyDice"]
    assert list(written["aggregates"]["ConsistencyDice"]) == [
        *("min", "max", "25pc", "median", "75pc", "mean", "std", "count", "samples")
    ]
    assert written["aggregates"]["ConsistencyDice"]["std"] is None


def test_the_lesion_table_in_mm(submission: Submission) -> None:
    """A block of 10×10×4 voxels of 0.5×0.8×2 mm: 320 mm³, diagonals of 4.5 mm by 7.2 mm."""
    submission.spacing = {"stack": [[0.5, 0.8, 2.0]] * 3}
    lesion = evaluate(submission.options()).lesions[1]
    assert (lesion.stack, lesion.voi, lesion.fn) == ("stack", 1, "file_0_lesion_1")
    assert lesion.reference.voxels == 400
    assert lesion.reference.volume_ml == pytest.approx(0.32)
    assert lesion.reference.long_axis_voxels == pytest.approx(9 * 2**0.5)
    assert lesion.reference.long_axis_mm == pytest.approx(math.hypot(4.5, 7.2))
    assert lesion.reference.slice_z == 64
    assert lesion.reference.long_axis_yx == ((128, 128), (137, 137))
    assert lesion.prediction is not None
    assert lesion.prediction.short_axis_yx == ((128, 142), (137, 133))
    assert lesion.notes == ["prediction misses the click"]


def test_several_stacks_score_together(tmp_path: Path) -> None:
    """Numbered by the reference data's order, whatever the order of the jobs."""
    submission = Submission(tmp_path)
    submission.add_stack([block(), block()], [block(), empty()], name="b", single=[1, 0])
    submission.add_stack([block()], [block(right=5)], name="a", multi=[[[0, 0, [0.0] * 3]]])
    submission.jobs.reverse()
    metrics = evaluate(submission.options())
    assert dice_by_name(metrics) == {
        "file_0_lesion_0": 0,
        "file_0_lesion_1": 1,
        "file_1_lesion_0": 0.5,
    }
    assert [(lesion.stack, lesion.voi) for lesion in metrics.lesions] == [
        ("b", 1),
        ("b", 0),
        ("a", 0),
    ]
    assert metrics.aggregates.dice.count == 3
    assert metrics.consistency_check.dice == {"0": 1}


def test_one_lesion_alone_does_not_crash(tmp_path: Path) -> None:
    submission = Submission(tmp_path)
    submission.add_stack([block()], [block(right=5)], multi=[[[0, 0, [0.0] * 3]]])
    summary = evaluate(submission.options()).aggregates.dice
    assert (summary.lower_quartile, summary.median, summary.upper_quartile) == (0.5, 0.5, 0.5)
    assert (summary.std, summary.count) == (None, 1)


def test_without_repeated_clicks_the_challenge_score_is_null(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    submission = Submission(tmp_path)
    submission.add_stack([block()], [block()])
    evaluate(submission.options())
    aggregates = json.loads(submission.metrics_file.read_text())["aggregates"]
    assert aggregates["ChallengeScore"] is None
    assert aggregates["ConsistencyDice"]["mean"] is None
    assert aggregates["ConsistencyDice"]["count"] == 0
    assert aggregates["SegmentationDice"]["mean"] == 1
    assert "ChallengeScore do not exist and are null" in caplog.text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda mask: mask * np.uint8(255), "VOI 0 holds 255"),
        (lambda mask: mask.astype(np.int32) * np.arange(1, 257, dtype=np.int32), "VOI 0 holds 138"),
        (lambda mask: mask.astype(np.int64), None),
    ],
)
def test_every_nonzero_value_is_lesion_and_odd_ones_are_told(
    submission: Submission, change: Callable[[Any], Any], told: str | None
) -> None:
    expected = dice_by_name(evaluate(submission.options()))
    predictions = np.concatenate([block(), block(right=5), empty()])
    write_image(submission.mask_file(), change(predictions))
    metrics = evaluate(submission.options())
    assert dice_by_name(metrics) == expected
    if told is None:
        assert not metrics.warnings
    else:
        (warning,) = metrics.warnings
        assert "job 'job-stack'" in warning
        assert told in warning


def test_another_geometry_is_told_but_scores_voxel_by_voxel(submission: Submission) -> None:
    expected = dice_by_name(evaluate(submission.options()))
    write_image(
        submission.mask_file(),
        np.concatenate([block(), block(right=5), empty()]),
        spacing=(1, 1, 3),
        origin=(5, 0, 0),
        direction=(-1, 0, 0, 0, -1, 0, 0, 0, 1),
    )
    metrics = evaluate(submission.options())
    assert dice_by_name(metrics) == expected
    assert [warning.split(": ")[1].split()[0] for warning in metrics.warnings] == [
        "spacing",
        "origin",
        "direction",
    ]


# Output.


def test_an_earlier_result_stays_but_is_told_apart(
    submission: Submission, caplog: pytest.LogCaptureFixture
) -> None:
    evaluate(submission.options())
    earlier = submission.metrics_file.read_bytes()
    submission.jobs[0]["status"] = "Failed"
    with pytest.raises(InputError):
        evaluate(submission.options())
    assert submission.metrics_file.read_bytes() == earlier
    assert "metrics.json is from an earlier run" in caplog.text


def test_an_output_folder_that_cannot_be_made_is_told_before_any_work(
    submission: Submission,
) -> None:
    submission.output_folder.write_text("a file where the folder should be")
    submission.jobs[0]["status"] = "Failed"
    with pytest.raises(OutputError, match="output: expected a place that can be written"):
        evaluate(submission.options())


def test_nothing_but_metrics_json_is_left(submission: Submission) -> None:
    evaluate(submission.options())
    assert [path.name for path in submission.output_folder.iterdir()] == ["metrics.json"]
