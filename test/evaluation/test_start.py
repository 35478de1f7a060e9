"""What a small submission waits for: scoring imports nothing that it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest
from synthetic_submission import Submission

SCRIPT = """
import sys
sys.argv[0] = "evaluation"
from evaluation.__main__ import main
try:
    main()
finally:
    print(*sys.modules, sep="\\n")
"""

SLOW = (
    *("SimpleITK", "fastapi", "uvicorn", "scipy", "matplotlib", "tqdm", "asyncio", "rich"),
    *("numpy.ma", "jinja2", "torch"),
)


@pytest.fixture
def imported(submission: Submission, tmp_path: Path) -> set[str]:
    options = submission.options()
    arguments = [
        *("score", "--quiet", "--input", str(options.input_folder)),
        *("--ground-truth", str(options.ground_truth), "--output", str(tmp_path / "out")),
    ]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=True
    )
    assert (tmp_path / "out" / "metrics.json").is_file()
    return set(done.stdout.split())


def test_scoring_imports_nothing_slow_that_it_does_not_need(imported: set[str]) -> None:
    assert imported.isdisjoint(SLOW)
    assert "evaluation.scoring.job" in imported
