"""The literal side as a process of its own, as the public evaluator is one.

`python -m benchmarks.evaluation.literal_process` starts, imports scipy and SimpleITK, reads the
whole stacks with SimpleITK, scores, and prints what it found and how long the scoring alone took.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from benchmarks.evaluation.literal import check_scipy
from benchmarks.evaluation.runs import Scores, literal_scores
from evaluation.scoring.options import Options

__all__ = ["LiteralRun", "run_literal"]


class LiteralRun(BaseModel):
    """What one process found, and the seconds that it scored, start and imports not counted."""

    scores: Scores
    seconds: float
    cpu_seconds: float


def run_literal(options: Options) -> LiteralRun:
    """Score a submission by the literal definitions, in a new process."""
    folders = [options.input_folder, options.ground_truth, options.masks_folder or ""]
    command = [sys.executable, "-m", "benchmarks.evaluation.literal_process", *map(str, folders)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603  (our own)
    return LiteralRun.model_validate_json(done.stdout)


def _main(arguments: Sequence[str]) -> None:
    submission, truth, masks = arguments
    options = Options(
        input_folder=Path(submission),
        ground_truth=Path(truth),
        masks_folder=Path(masks) if masks else None,
    )
    check_scipy()
    start, cpu_start = time.perf_counter(), _cpu_seconds()
    scores = literal_scores(options)
    seconds, cpu_seconds = time.perf_counter() - start, _cpu_seconds() - cpu_start
    run = LiteralRun(scores=scores, seconds=seconds, cpu_seconds=cpu_seconds)
    sys.stdout.write(run.model_dump_json() + "\n")


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    _main(sys.argv[1:])
