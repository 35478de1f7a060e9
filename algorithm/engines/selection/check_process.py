"""A check of an engine in a process of its own, which can be ended when its time is over.

Compiling a network cannot be stopped from inside. Run as a program, this module reads a task on
standard input and writes what it found on standard output.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from math import ceil
from pathlib import Path

from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.selection.admission import Admission
from algorithm.engines.selection.smaller_patch import on_smaller_patch, share_of_voxels
from algorithm.engines.selection.trial import Trial
from algorithm.engines.time_limit import NoTimeForCheckError, TimeLimit
from algorithm.models.json_files import StrictModel
from algorithm.models.manifest import MANIFEST_NAME, read_manifest
from algorithm.models.weights import Model
from uls.workshop.errors import ModelError, UserError
from uls.workshop.files import sha256

__all__ = ["check_in_a_process", "check_on_smaller_patch"]

_COMMAND = (sys.executable, "-m", "algorithm.engines.selection.check_process")


class _Task(StrictModel):
    folder: Path
    sha256: str
    candidate: tuple[str, str, str]
    reference: tuple[str, str, str]


def check_on_smaller_patch(candidate: Candidate, model: Model, reference: Candidate) -> Admission:
    """Compare in seconds, on a smaller patch: every layer and weight, if not every size of map."""
    smaller = on_smaller_patch(model)
    found = Trial(smaller, reference).run(candidate)
    return found.model_copy(
        update={
            "conditions": Conditions.of(candidate, model),
            "seconds": found.seconds / share_of_voxels(smaller, model),
        }
    )


def check_in_a_process(
    candidate: Candidate,
    model: Model,
    reference: Candidate,
    limit: TimeLimit,
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run,
) -> Admission:
    """Do the same in a process that is ended when the time is over.

    Args:
        candidate: to be checked.
        model: the model.
        reference: what is right.
        limit: of the time.
        run: starts the process; a fake one in tests.

    Raises:
        NoTimeForCheckError: the time was over.
        ModelError: the process failed, or was ended from outside, as where memory runs out.
    """
    with limit.step():
        seconds = limit.seconds_left
    task = _Task(
        folder=model.folder.absolute(),
        sha256=model.sha256,
        candidate=(candidate.engine, candidate.device, candidate.precision),
        reference=(reference.engine, reference.device, reference.precision),
    )
    try:
        done = run(
            [*_COMMAND, str(max(1, ceil(seconds)))],
            input=task.model_dump_json(),
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise NoTimeForCheckError.of_budget() from error
    if done.returncode:
        raise ModelError.about(
            f"the check of {candidate}",
            expected="its process to end well",
            found=_end_of(done),
        )
    return Admission.model_validate_json(done.stdout.splitlines()[-1])


def _end_of(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return f"that it was ended by {name}" + (
            ", as the system does where memory runs out" if name == "SIGKILL" else ""
        )
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return f"exit code {done.returncode}: {lines[-1] if lines else 'no word'}"


def _main() -> None:
    signal.alarm(int(sys.argv[1]))  # should nobody be there any more to end it
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries that print do not disturb
    task = _Task.model_validate_json(sys.stdin.read())
    manifest = read_manifest(task.folder)
    if sha256(task.folder / MANIFEST_NAME) != task.sha256:
        raise ModelError.about(task.folder, expected="the model to be checked", found="another")
    model = Model(task.folder, manifest, sha256=task.sha256, origin=task.folder)
    candidate, reference = Candidate(*task.candidate), Candidate(*task.reference)
    found = check_on_smaller_patch(candidate, model, reference)
    os.write(answer, found.model_dump_json().encode() + b"\n")


if __name__ == "__main__":
    try:
        _main()
    except UserError as error:
        sys.exit(f"Error: {error}")
