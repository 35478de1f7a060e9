"""The benchmark's side of its workers: start one, pass on what it says, take its answer."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from algorithm.models.json_files import StrictModel
from uls.workshop.errors import UserError

__all__ = ["run_worker"]

_Answer = TypeVar("_Answer", bound=StrictModel)

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "nnUNet_def_n_proc",  # nnU-Net predicts with no more threads than this, 8 by default
)

_NNUNET_FOLDERS = ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results")
"""nnU-Net warns where these are not set; predicting uses none of them."""


def run_worker(
    task: StrictModel, answer: type[_Answer], *, threads: int, say: Callable[[str], None]
) -> _Answer:
    """Do a task in a process of its own.

    Args:
        task: one of `benchmarks.algorithm.tasks`.
        answer: the kind of answer that it gives.
        threads: for every library in the process.
        say: is told each line that the worker says.

    Raises:
        UserError: the worker failed, with the last that it wrote.
    """
    with tempfile.TemporaryDirectory(prefix="uls-bench-") as scratch:
        task_file, log = Path(scratch) / "task.json", Path(scratch) / "log"
        task_file.write_text(task.model_dump_json(), encoding="utf-8")
        text = _answer_of(task_file, log, threads=threads, say=say)
    return answer.model_validate_json(text)


def _answer_of(task_file: Path, log: Path, *, threads: int, say: Callable[[str], None]) -> str:
    """Run the worker to its end; give its answer, the one line that is a JSON object."""
    answer: str | None = None
    with (
        log.open("wb") as stderr,
        subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "benchmarks.algorithm.worker", str(task_file)],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(threads),
            encoding="utf-8",
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                if line.startswith("{"):
                    answer = line
                else:
                    say(line.rstrip("\n"))
        except BaseException:
            process.kill()
            raise
    if process.returncode or answer is None:
        raise UserError.about(
            "a measurement",
            expected="its worker process to end well",
            found=_end_of(log, process.returncode),
        )
    return answer


def _environment(threads: int) -> dict[str, str]:
    folders = {name: os.environ.get(name, "") for name in _NNUNET_FOLDERS}
    return {**os.environ, **folders, **dict.fromkeys(_THREAD_VARIABLES, str(threads))}


def _end_of(log: Path, code: int) -> str:
    if code < 0:
        return f"it ended by signal {-code}; 9 may mean that memory ran out"
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"exit code {code}: {lines[-1] if lines else 'no word'}"
