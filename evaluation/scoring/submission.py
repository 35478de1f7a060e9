"""Which prediction belongs to which reference stack, and whether it can be scored.

Two kinds of trouble are kept apart. A prediction can be *unusable* (the job failed, its output is
missing, unreadable or of another size): its lesions may be given the worst score instead. Or the
submission cannot be *understood* (an unknown stack, a stack listed twice, a file outside the
folder): nothing is scored then, since what should count would be a guess.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.scoring.ground_truth import ReferenceStack
from evaluation.scoring.options import Options
from evaluation.scoring.stack_pair import StackPair, check_inside, pair_of
from uls.platform.predictions import SUCCEEDED, PredictionJob, read_predictions
from uls.platform.slugs import MASK_FOLDER
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed

__all__ = ["pair_up"]


def pair_up(references: Sequence[ReferenceStack], options: Options) -> tuple[StackPair, ...]:
    """Find the prediction of every reference stack.

    Raises:
        InputError: the submission cannot be understood.
    """
    if options.masks_folder is not None:
        return _pairs_in_folder(references, options.masks_folder)
    return _pairs_of_jobs(references, options.input_folder)


def _pairs_in_folder(references: Sequence[ReferenceStack], folder: Path) -> tuple[StackPair, ...]:
    if not folder.is_dir():
        raise InputError.about(folder, expected="a folder of mask stacks", found="no folder")
    known = {reference.name for reference in references}
    paths: dict[str, Path] = {}
    for path in listed(folder, (".mha",)):
        if paths.setdefault(path.stem, path) is not path:
            found = f"{paths[path.stem].name} beside it"
            raise InputError.about(path, expected="one mask stack of a name", found=found)
    unknown = [path for name, path in paths.items() if name not in known]
    if unknown:
        raise _unknown_stack(f"{unknown[0]}", known)
    return tuple(
        pair_of(ref, "", paths.get(ref.name, folder / f"{ref.name}.mha"), folder)
        for ref in references
    )


def _pairs_of_jobs(references: Sequence[ReferenceStack], folder: Path) -> tuple[StackPair, ...]:
    file = folder / "predictions.json"
    check_inside(file, folder, "")
    jobs = read_predictions(file)
    known = {reference.name for reference in references}
    for job in jobs:
        if job.stack not in known:
            raise _unknown_stack(f"{file}, job {job.pk!r}, stack {job.stack!r}", known)
    _check_once(jobs, file)
    by_stack = {job.stack: job for job in jobs}
    return tuple(_timed_pair(ref, by_stack.get(ref.name), folder) for ref in references)


def _unknown_stack(subject: str, known: set[str]) -> InputError:
    return InputError.about(
        subject,
        expected=f"a stack of the reference data ({', '.join(sorted(known))})",
        found="another name",
    )


def _check_once(jobs: Sequence[PredictionJob], file: Path) -> None:
    for stack, times in Counter(job.stack for job in jobs).items():
        if times > 1:
            pks = ", ".join(repr(job.pk) for job in jobs if job.stack == stack)
            raise InputError.about(
                file, expected=f"one job for the stack {stack!r}", found=f"{times}: {pks}"
            )


def _timed_pair(reference: ReferenceStack, job: PredictionJob | None, folder: Path) -> StackPair:
    pair = _pair_of_job(reference, job, folder)
    return replace(pair, run_time=job.run_time if job else None)


def _pair_of_job(reference: ReferenceStack, job: PredictionJob | None, folder: Path) -> StackPair:
    if job is None:
        problem = f"{folder / 'predictions.json'}: no job for the stack {reference.name!r}."
        return StackPair(reference, "", None, problem)
    subject = f"job {job.pk!r} (stack {job.stack!r})"
    if not job.succeeded:
        problem = f"{subject}: expected status {SUCCEEDED!r}, found {job.status!r}."
        return StackPair(reference, job.pk, None, problem)
    if job.mask_file is None:
        problem = f"{subject}: its entry in predictions.json names no mask stack."
        return StackPair(reference, job.pk, None, problem)
    path = folder / job.pk / "output" / MASK_FOLDER / job.mask_file
    return pair_of(reference, job.pk, path, folder)
