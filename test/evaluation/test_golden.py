"""The golden set: scores that the challenge's public evaluator gave, to be met exactly."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Options

GOLDEN = Path(__file__).parents[1] / "golden" / "set-1"
ROOT = Path(__file__).parents[2]


def assert_equal_within_1e9(found: Any, expected: Any, place: str = "") -> int:
    """Compare every key of `expected`; return how many figures that were."""
    if isinstance(expected, dict):
        assert set(found) == set(expected), place
        return sum(assert_equal_within_1e9(found[k], expected[k], f"{place}/{k}") for k in expected)
    if isinstance(expected, str) or place.endswith(("/count", "/samples")):
        assert found == expected, place
        return 0
    assert found == pytest.approx(expected, rel=0, abs=1e-9), place
    return 1


def assert_golden(metrics_file: Path) -> None:
    found = json.loads(metrics_file.read_text())
    expected = json.loads((GOLDEN / "metrics.json").read_text())
    figures = sum(assert_equal_within_1e9(found[key], expected[key], key) for key in expected)
    assert figures == 3 * 11 + 4 + 1 + 4 * 7  # lesions, clicks, ChallengeScore, summaries


def test_in_process(tmp_path: Path) -> None:
    metrics = evaluate(
        Options(
            input_folder=GOLDEN / "input",
            output_folder=tmp_path,
            ground_truth=GOLDEN / "ground-truth",
        )
    )
    assert_golden(tmp_path / "metrics.json")
    assert metrics.aggregates.challenge_score == pytest.approx(0.6320140163069577, abs=1e-9)
    assert not metrics.missing
    assert not metrics.warnings


def test_by_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evaluation", "--input", str(GOLDEN / "input")]
    command += ["--ground-truth", str(GOLDEN / "ground-truth"), "--output", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert_golden(tmp_path / "metrics.json")
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.json"]
    assert done.stdout.endswith("ChallengeScore 0.6320\n")
    assert all(f"file_0_lesion_{index} " in done.stdout for index in range(11))
