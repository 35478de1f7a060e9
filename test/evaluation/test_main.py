"""The command line and the server, each as a process of its own."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from synthetic_submission import Submission

ROOT = Path(__file__).parents[2]


def command(submission: Submission, *arguments: str, name: str = "") -> list[str]:
    return [
        *(sys.executable, "-m", "evaluation", *([name] if name else [])),
        *("--input", str(submission.input_folder), "--output", str(submission.output_folder)),
        *("--ground-truth", str(submission.ground_truth), *arguments),
    ]


def run(submission: Submission, *arguments: str) -> subprocess.CompletedProcess[str]:
    submission.write()
    return subprocess.run(
        command(submission, *arguments), cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_scores_and_prints_the_table(submission: Submission) -> None:
    done = run(submission)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("ChallengeScore 0.5667\n")
    assert str(submission.metrics_file) in done.stderr
    assert json.loads(submission.metrics_file.read_text())["missing"] == []


def test_quiet_prints_nothing(submission: Submission) -> None:
    done = run(submission, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert submission.metrics_file.exists()


def test_a_failed_job_exits_3_and_says_why_without_a_traceback(submission: Submission) -> None:
    submission.jobs[0]["status"] = "Failed"
    done = run(submission)
    assert done.returncode == 3
    assert "Error: job 'job-stack' (stack 'stack'): expected status 'Succeeded'" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not submission.metrics_file.exists()


def test_a_failed_job_may_be_scored_zero(submission: Submission) -> None:
    submission.jobs[0]["status"] = "Failed"
    done = run(submission, "--missing", "score-zero")
    assert done.returncode == 0, done.stderr
    assert "Scored zero: job 'job-stack'" in done.stderr
    assert done.stdout.endswith("ChallengeScore 0.0000\n")


def test_an_unknown_choice_exits_2(submission: Submission) -> None:
    done = run(submission, "--missing", "ignore")
    assert done.returncode == 2
    assert "score-zero" in done.stderr


def test_an_output_that_cannot_be_written_exits_1(submission: Submission) -> None:
    submission.output_folder.write_text("a file where the folder should be")
    done = run(submission)
    assert done.returncode == 1
    assert f"Error: {submission.output_folder}: expected a place that can be" in done.stderr
    assert "Traceback" not in done.stderr


def test_masks_may_lie_in_a_folder_of_their_own(submission: Submission) -> None:
    submission.mask_file().rename(submission.folder / "stack.mha")
    masks = submission.folder / "masks"
    masks.mkdir()
    (submission.folder / "stack.mha").rename(masks / "stack.mha")
    for name in ("._stack.mha", ".DS_Store", "Thumbs.db"):  # what systems leave beside is no mask
        (masks / name).write_bytes(b"\x00\x05\x16\x07")
    done = run(submission, "--masks", str(masks))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("ChallengeScore 0.5667\n")


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, evaluation.__main__; print(sorted({'numpy', 'SimpleITK'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.fixture
def server(submission: Submission) -> Iterator[str]:
    """The address of `evaluation serve`, once it answers that it is ready."""
    submission.write()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        command(submission, "--port", str(port), name="serve"), cwd=ROOT, stderr=subprocess.PIPE
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server has ended"
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  (our own address)
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server is not ready after a minute")


def invoke(address: str) -> tuple[int, str]:
    request = urllib.request.Request(f"{address}/invoke", method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_serves_one_job_after_the_other(submission: Submission, server: str) -> None:
    """A job that fails answers 500 with the reason, and the next one works again."""
    assert invoke(server)[0] == 201
    first = json.loads(submission.metrics_file.read_text())
    submission.metrics_file.unlink()

    submission.jobs[0]["status"] = "Failed"
    submission.write()
    status, reason = invoke(server)
    assert status == 500
    assert "job 'job-stack' (stack 'stack'): expected status 'Succeeded'" in reason
    assert not submission.metrics_file.exists()

    submission.jobs[0]["status"] = "Succeeded"
    submission.write()
    assert invoke(server)[0] == 201
    assert json.loads(submission.metrics_file.read_text()) == first
