"""The table that people read."""

from synthetic_submission import Submission

from evaluation.results.table import score_table
from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Missing


def cells(line: str) -> list[str]:
    return line.split()


def test_a_row_a_lesion_a_row_a_metric_and_the_score(submission: Submission) -> None:
    """Diagonals of 9·√2 voxels of 0.5 mm are 6.4 mm; 400 voxels of 0.5 mm³ are 0.2 ml."""
    lines = score_table(evaluate(submission.options())).splitlines()
    assert cells(lines[1]) == [
        *("file_0_lesion_0", "stack", "0", "1.000"),
        *("6.4", "6.4", "0.000", "6.4", "6.4", "0.000", "0.20", "0.20"),
    ]
    assert lines[2].endswith("0.20  0.20  prediction misses the click")
    assert lines[3].endswith("0.20  0.00  empty prediction")
    assert cells(lines[6]) == ["0", "stack", "0", "1", "1.000"]
    assert cells(lines[9]) == [
        *("SegmentationDice", "0.500", "0.500", "0.000"),
        *("0.000", "0.500", "1.000", "1.000", "3"),
    ]
    assert cells(lines[12])[:3] == ["ConsistencyDice", "1.000", "-"]
    assert lines[-1] == "ChallengeScore 0.5667"


def test_columns_line_up(submission: Submission) -> None:
    lines = score_table(evaluate(submission.options())).splitlines()
    dice_ends_at = lines[0].index("Dice") + len("Dice")
    assert [line[:dice_ends_at].split()[-1] for line in lines[1:4]] == ["1.000", "0.500", "0.000"]


def test_what_was_scored_zero_is_said_beside_the_score(submission: Submission) -> None:
    submission.jobs[0]["status"] = "Failed"
    metrics = evaluate(submission.options(missing=Missing.SCORE_ZERO))
    *_, told, score = score_table(metrics).splitlines()
    assert told.startswith("Scored zero: stack stack, 3 lesions: job 'job-stack'")
    assert score == "ChallengeScore 0.0000"


def test_without_repeated_clicks_there_is_no_such_table(submission: Submission) -> None:
    submission.multi = {"stack": []}
    table = score_table(evaluate(submission.options()))
    assert "clicks" not in table
    assert table.endswith("\nChallengeScore -")


def test_every_figure_stands_under_its_own_heading(submission: Submission) -> None:
    metrics = evaluate(submission.options())
    aggregates, lesion = metrics.aggregates, metrics.lesions[0]
    aggregates.long_axis_error.mean, aggregates.short_axis_error.mean = 0.25, 0.35
    lesion.long_axis_error, lesion.short_axis_error = 0.15, 0.16
    assert lesion.prediction is not None
    lesion.reference.long_axis_mm, lesion.prediction.long_axis_mm = 1.1, 1.2
    lesion.reference.short_axis_mm, lesion.prediction.short_axis_mm = 1.3, 1.4
    lesion.reference.volume_ml, lesion.prediction.volume_ml = 1.51, 1.52
    lines = score_table(metrics).splitlines()
    assert cells(lines[1])[4:] == ["1.1", "1.2", "0.150", "1.3", "1.4", "0.160", "1.51", "1.52"]
    assert cells(lines[10])[:2] == ["LongAxisErrorPercentage", "0.250"]
    assert cells(lines[11])[:2] == ["ShortAxisErrorPercentage", "0.350"]
