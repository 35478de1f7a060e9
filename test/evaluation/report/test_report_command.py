"""`report`, and `score --report`, as a person calls them."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from html_reading import Reading
from synthetic_lesions import lesion
from synthetic_metrics import metrics_of
from synthetic_stacks import voi_with_cube, write_image
from synthetic_submission import Submission
from typer.testing import CliRunner, Result

from evaluation.__main__ import app
from evaluation.report import after_scoring
from evaluation.results.metrics_file import write_metrics
from uls.workshop.errors import CallError, InputError, OutputError


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def metrics_file(tmp_path: Path) -> Path:
    return write_metrics(metrics_of([lesion(0.25, stack="s")]), tmp_path)


def test_the_report_lies_beside_the_metrics(metrics_file: Path) -> None:
    result = call("report", metrics_file, "--name", "mine")
    assert result.exit_code == 0, result.output
    page = Reading((metrics_file.parent / "report.html").read_text())
    assert "ULS23 evaluation report: mine" in page.text
    assert "SHA-256 of the scores" in page.text
    assert "report.html" in result.stdout


def test_the_ct_may_be_a_folder(metrics_file: Path, tmp_path: Path) -> None:
    write_image(tmp_path / "ct" / "s.mha", voi_with_cube())
    write_image(tmp_path / "masks" / "s.mha", (voi_with_cube() > 0).astype(np.uint8))
    output = tmp_path / "new" / "mine.html"
    result = call(
        *("report", metrics_file, "--images", tmp_path / "ct"),
        *("--predictions", tmp_path / "masks" / "s.mha", "--output", output),
    )
    assert result.exit_code == 0, result.output
    assert output.read_text().count("data:image/jpeg") == 4


def test_one_stack_of_masks_may_have_any_name(metrics_file: Path, tmp_path: Path) -> None:
    write_image(tmp_path / "ct" / "s.mha", voi_with_cube())
    masks = write_image(tmp_path / "a-pk.mha", (voi_with_cube() > 0).astype(np.uint8))
    result = call(
        *("report", metrics_file, "--images", tmp_path / "ct"),
        *("--predictions", masks, "--reference", masks),
    )
    assert result.exit_code == 0, result.output
    assert (metrics_file.parent / "report.html").read_text().count("data:image/jpeg") == 4


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--images", "nowhere", "--predictions", "nowhere"], "--images: expected a stack or"),
        (["--predictions", "nowhere"], "found only one of the two"),
        (["--reference", "nowhere"], "found only --reference"),
        (["--images", ".", "--predictions", "."], "found none in"),
    ],
)
def test_images_that_cannot_be_found_are_a_wrong_call(
    metrics_file: Path, options: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(metrics_file.parent)
    result = call("report", metrics_file, *options)
    assert isinstance(result.exception, CallError)
    assert told in str(result.exception)
    assert not (metrics_file.parent / "report.html").exists()


def test_a_stack_that_comes_twice_is_a_wrong_call(metrics_file: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_image(tmp_path / folder / "s.mha", voi_with_cube())
    folders = ("--images", tmp_path / "a", "--images", tmp_path / "b")
    result = call("report", metrics_file, *folders, "--predictions", tmp_path / "a")
    assert isinstance(result.exception, CallError)
    assert "expected every stack once" in str(result.exception)


def test_a_file_that_holds_no_scores_is_named(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("{}")
    result = call("report", tmp_path / "metrics.json")
    assert isinstance(result.exception, InputError)


def score(submission: Submission, *options: str | Path) -> Result:
    submission.write()
    return call(
        *("score", "--quiet", "--input", submission.input_folder),
        *("--output", submission.output_folder),
        *("--ground-truth", submission.ground_truth, *options),
    )


def test_scoring_may_report_with_images(submission: Submission) -> None:
    """Of two lesions that were segmented and one that was not, all have a mask to show."""
    ct = write_image(submission.folder / "ct" / "stack.mha", np.concatenate([voi_with_cube()] * 3))
    result = score(submission, "--report", "--images", ct)
    assert result.exit_code == 0, result.exception
    page = Reading((submission.output_folder / "report.html").read_text())
    assert "ChallengeScore 0.567" in page.text
    assert sum(source.startswith("data:image/jpeg") for source in page.values("src")) == 3 * 4


def test_a_failed_job_has_no_images_and_the_report_says_so(submission: Submission) -> None:
    ct = write_image(submission.folder / "ct" / "stack.mha", np.concatenate([voi_with_cube()] * 3))
    submission.jobs[0]["status"] = "Failed"
    result = score(submission, "--missing", "score-zero", "--report", "--images", ct)
    assert result.exit_code == 0, result.exception
    page = Reading((submission.output_folder / "report.html").read_text())
    assert "Not all of it could be scored. Stack stack: 3 lesions" in page.text
    assert "expected status 'Succeeded', found 'Failed'" in page.text


def test_without_report_there_is_none(submission: Submission) -> None:
    assert score(submission).exit_code == 0
    assert [path.name for path in submission.output_folder.iterdir()] == ["metrics.json"]


@pytest.mark.parametrize("package", ["matplotlib", "jinja2"])
def test_a_missing_package_is_told_before_anything_is_scored(
    submission: Submission, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    result = score(submission, "--report")
    assert isinstance(result.exception, CallError)
    assert "not installed" in str(result.exception)
    assert "'.[report]'" in str(result.exception)
    assert not submission.output_folder.exists()


@pytest.mark.parametrize("options", [["--images", "nowhere"], ["--report", "--images", "nowhere"]])
def test_images_are_looked_for_before_anything_is_scored(
    submission: Submission, options: list[str]
) -> None:
    assert isinstance(score(submission, *options).exception, CallError)
    assert not submission.output_folder.exists()


def test_a_report_that_fails_leaves_the_scores(
    submission: Submission, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OutputError("no space")

    monkeypatch.setattr(after_scoring, "write_report", fail)
    result = score(submission, "--report")
    assert isinstance(result.exception, OutputError)
    assert json.loads(submission.metrics_file.read_text())["aggregates"]["ChallengeScore"]
