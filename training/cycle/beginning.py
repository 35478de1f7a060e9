"""Beginning a cycle: a folder around a first model and a fixed test set."""

from pathlib import Path

from training.cycle.project import FIRST_MODEL, Work, now, write_record
from training.cycle.records import Project
from training.cycle.settings import Rule
from training.jobs.digests import digest
from uls.workshop.errors import CallError

__all__ = ["create"]


def create(root: Path, *, model: Path, test_set: Path, rule: Rule) -> Work:
    """Make a cycle's folder around a first model and a fixed test set.

    The model is copied. Killed and started again, it goes on; project.json comes last.

    Raises:
        CallError: there is a cycle in the folder already, with another test set or rule.
        InputError: the test set is none.
        ModelError: the model is none that can be tuned.
    """
    from algorithm.models.find_model import find_result_folder  # noqa: PLC0415
    from evaluation.scoring.ground_truth import read_ground_truth  # noqa: PLC0415
    from training.cycle.copies import copy_folder  # noqa: PLC0415
    from training.cycle.tunable import check_tunable  # noqa: PLC0415
    from uls.platform.sockets import find_job  # noqa: PLC0415

    if (root / "project.json").exists():
        raise CallError.about(root, expected="no cycle yet", found="one")
    model = find_result_folder(model)
    check_tunable(model)
    find_job(test_set / "input")
    read_ground_truth(test_set / "ground-truth")
    project = Project(
        created=now(),
        test_set=str(test_set.resolve()),
        test_set_sha256=digest(test_set).sha256,
        rule=rule,
    )
    work = Work(root, project)
    with work.alone():
        _check_first_model(model, copy_folder(model, work.model(FIRST_MODEL)))
        work.promote(FIRST_MODEL)
        write_record(root / "project.json", project)
    return work


def _check_first_model(given: Path, copied: Path) -> None:
    """Make sure that what an earlier, stopped call copied is the model given now."""
    if digest(given).sha256 != digest(copied).sha256:
        raise CallError.about(
            copied,
            expected=f"a copy of {given}",
            found="another model, from a call that was stopped",
            hint="Name the model that was named then, or another folder.",
        )
