"""One measurement in a process of its own: `python -m benchmarks.algorithm.worker TASK.json`.

Lines on standard output say what is being done; the last is the answer. What libraries print goes
to standard error instead. Nothing is imported that the measurement does not need, as it would count
as its memory and its start-up.
"""

import logging
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TextIO

from pydantic import TypeAdapter

from algorithm.models.json_files import StrictModel
from benchmarks.algorithm.tasks import AnyTask
from uls.workshop.errors import UserError

__all__ = ["Say", "main"]

Say = Callable[[str], None]

_MODULES = {
    "engine": "benchmarks.algorithm.measure_engine",
    "nnunetv2": "benchmarks.algorithm.measure_nnunetv2",
    "start": "benchmarks.algorithm.measure_start",
    "peak": "benchmarks.algorithm.measure_peak",
    "around": "benchmarks.algorithm.measure_job",
    "whole job": "benchmarks.algorithm.measure_job",
}
"""Where each kind of task has its function `measure(task, say)`."""


def main(task_file: Path) -> None:
    """Do the task in a file and write the answer to standard output."""
    with _kept_output() as output:

        def say(text: str) -> None:
            print(text, file=output, flush=True)

        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
        task: AnyTask = TypeAdapter(AnyTask).validate_json(task_file.read_bytes())
        answer: StrictModel = import_module(_MODULES[task.kind]).measure(task, say)
        say(answer.model_dump_json())


def _kept_output() -> TextIO:
    """Keep standard output for ourselves and send what others write there to standard error."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return output


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except UserError as error:
        sys.exit(f"Error: {error}")
