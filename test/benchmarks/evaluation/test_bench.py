"""The benchmark itself: its synthetic set, its comparison, its command. No times are judged."""

import json
from pathlib import Path

import pytest
from synthetic_submission import Submission
from typer.testing import CliRunner

from benchmarks.evaluation.literal_process import LiteralRun, run_literal
from benchmarks.evaluation.runs import Scores, largest_difference, literal_scores, scores_of
from benchmarks.evaluation.synthetic import write_submission
from evaluation.__main__ import app
from evaluation.scoring.ground_truth import read_ground_truth
from evaluation.scoring.job import evaluate
from uls.images.mask_reading import read_masks
from uls.images.stack import read_header
from uls.workshop.errors import InputError, OutputError


def test_the_synthetic_set_is_what_was_asked_for(tmp_path: Path) -> None:
    truth, masks = write_submission(tmp_path, vois=4, groups=2, radii=(3, 30), clicks=3)
    (stack,) = read_ground_truth(truth)
    assert stack.lesions == (0, 1, 2, 3)
    assert [len(pairs) for pairs in stack.clicks] == [3, 3]
    references = [read.mask for read in read_masks(stack.header)]
    predictions = [read.mask for read in read_masks(read_header(masks / "synthetic.mha"))]
    assert all(mask.n_voxels for mask in references + predictions)
    assert all(mask.holds((64, 128, 128)) for mask in references)
    assert len({mask.n_voxels for mask in references}) == 4


def test_the_seed_decides(tmp_path: Path) -> None:
    made = [
        write_submission(tmp_path / str(i), vois=1, groups=0, radii=(3, 6), seed=seed)[1]
        for i, seed in enumerate((0, 0, 1))
    ]
    first, same, other = (path.joinpath("synthetic.mha").read_bytes() for path in made)
    assert first == same != other


def test_largest_difference() -> None:
    a = Scores((0.1, 0.2), (0.5,), (0.5,), ())
    b = Scores((0.1, 0.25), (0.5,), (0.4,), ())
    assert largest_difference(a, b) == pytest.approx(0.1)
    with pytest.raises(ValueError, match=r"longer|shorter"):
        largest_difference(a, Scores((0.1,), (0.5,), (0.5,), ()))


def test_both_sides_agree_on_blocks(submission: Submission) -> None:
    """Dice 1, 1/2 and 0; the last one's axes are missed altogether. A click's spline takes long."""
    submission.multi = {"stack": []}
    options = submission.options()
    literal = literal_scores(options)
    assert literal == scores_of(evaluate(options))
    assert literal.dice == (1, 0.5, 0)
    assert literal.long_axis_error == (0, 0, 1)
    assert literal.consistency == ()


def test_a_process_of_the_literal_side_finds_the_same(submission: Submission) -> None:
    submission.multi = {"stack": []}
    options = submission.options()
    run = run_literal(options)
    assert run.scores == literal_scores(options)
    assert run.seconds > 0


def test_the_command_prints_and_writes_its_figures(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    result = CliRunner().invoke(app, ["bench", "--quick", "--json", str(file)])
    assert result.exit_code == 0, result.output
    assert result.output.count("times as fast (") == 2
    written = json.loads(file.read_text())
    both = written["side_by_side"]
    assert (both["lesions"], both["clicked_lesions"]) == (2, 1)
    assert both["largest_difference"] <= 1e-9
    assert both["ratio"] == pytest.approx(both["literal"]["median"] / both["ours"]["median"])
    whole = both["literal_whole_process"]["median"], both["ours_whole_process"]["median"]
    assert both["whole_process_ratio"] == pytest.approx(whole[0] / whole[1])
    assert whole[0] > both["literal"]["median"]
    assert written["stack"] is None


@pytest.fixture
def one_sided(monkeypatch: pytest.MonkeyPatch, submission: Submission) -> Submission:
    """A literal side that finds another Dice, at once."""
    submission.write()
    wrong = Scores((0.9, 0.5, 0), (0, 0, 1), (0, 0, 1), (1,))
    run = LiteralRun(scores=wrong, seconds=1, cpu_seconds=1)
    monkeypatch.setattr("benchmarks.evaluation.benchmark.run_literal", lambda _: run)
    return submission


def call(submission: Submission, *more: str) -> object:
    arguments = ["bench", "--set", str(submission.folder), "--runs", "1", "--vois", "0", *more]
    return CliRunner().invoke(app, arguments).exception


def test_sides_that_disagree_are_an_error(one_sided: Submission) -> None:
    error = call(one_sided)
    assert isinstance(error, InputError)
    assert "found a difference of 0.1" in str(error)


def test_a_file_that_cannot_be_written_is_named(one_sided: Submission) -> None:
    error = call(one_sided, "--json", str(one_sided.folder / "none" / "bench.json"))
    assert isinstance(error, OutputError)


def test_a_long_stack_is_scored_with_its_memory_told(tmp_path: Path) -> None:
    from benchmarks.evaluation.benchmark import bench_stack

    timing = bench_stack(vois=2, groups=1, runs=1)
    assert len(timing.whole_process.runs) == 1
    assert timing.peak_megabytes > 10


def test_a_set_that_does_not_exist_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bench", "--set", str(tmp_path / "none")])
    assert isinstance(result.exception, InputError)
    assert "none/ground-truth" in str(result.exception)
