"""Which prediction belongs to which reference stack, and whether it can be scored.

Two kinds of trouble are kept apart. A prediction can be *unusable* (the job failed, its output is
missing, unreadable or of another size): its lesions may be given the worst score instead. Or the
submission cannot be *understood* (an unknown stack, a stack listed twice, a file outside the
folder): nothing is scored then, since what should count would be a guess.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaluation.scoring.ground_truth import ReferenceStack
from evaluation.scoring.options import Options
from uls.images.stack import Geometry, StackHeader, read_header
from uls.platform.job_time import RunTime
from uls.platform.predictions import SUCCEEDED, PredictionJob, read_predictions
from uls.platform.slugs import MASK_FOLDER
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed

__all__ = ["StackPair", "UnusablePredictionError", "pair_up"]

_GEOMETRY_TOLERANCE = 1e-3
"""mm, and parts of a direction cosine, below which two headers lie in the same place."""


class UnusablePredictionError(InputError):
    """A job gave no mask stack that can be scored."""


@dataclass(frozen=True)
class StackPair:
    """A reference stack and the mask stack to score against it.

    Attributes:
        reference: what is scored.
        job: the job's pk; empty where the submission has none for this stack.
        prediction: the verified header of the mask stack, None where it is unusable.
        problem: why it is unusable, else empty.
        warnings: what is odd but harmless.
        run_time: how long the job ran, None where that is not told.
    """

    reference: ReferenceStack
    job: str
    prediction: StackHeader | None
    problem: str = ""
    warnings: tuple[str, ...] = ()
    run_time: RunTime | None = None

    def about_job(self, text: str) -> str:
        """Put the job before what is said of its output."""
        return _with_job(text, self.job)

    def without_prediction(self, problem: str) -> "StackPair":
        """Give the pair as it stands once its prediction has turned out unusable."""
        return replace(self, prediction=None, problem=problem)


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
        _pair(ref, "", paths.get(ref.name, folder / f"{ref.name}.mha"), folder)
        for ref in references
    )


def _pairs_of_jobs(references: Sequence[ReferenceStack], folder: Path) -> tuple[StackPair, ...]:
    file = folder / "predictions.json"
    _check_inside(file, folder, "")
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
    return _pair(reference, job.pk, path, folder)


def _pair(reference: ReferenceStack, job: str, path: Path, folder: Path) -> StackPair:
    _check_inside(path, folder, job)
    if not path.is_file():
        error = InputError.about(path, expected="a mask stack", found=_listing(path.parent))
        return StackPair(reference, job, None, _with_job(str(error), job))
    try:
        header = read_header(path)
    except InputError as error:
        return StackPair(reference, job, None, _with_job(str(error), job))
    for voxels in header.pixels.paths:
        _check_inside(voxels, folder, job)
    if header.dtype.kind == "f":
        return StackPair(reference, job, None, _with_job(str(_no_floats(header)), job))
    expected, found = reference.header.geometry.size_xyz, header.geometry.size_xyz
    if found != expected:
        size = f"{_size(expected)} voxels (x×y×z), as the reference"
        problem = str(InputError.about(path, expected=size, found=_size(found)))
        return StackPair(reference, job, None, _with_job(problem, job))
    differences = _geometry_differences(reference.header.geometry, header.geometry)
    return StackPair(
        reference, job, header, warnings=tuple(f"{path}: {text}" for text in differences)
    )


def _no_floats(header: StackHeader) -> InputError:
    """Refuse a mask of floats: the challenge's code scores it otherwise than one of uint8.

    It moves a click's mask by a spline, which leaves traces beside it unless they are rounded away.
    """
    return InputError.about(
        header.path,
        expected="a mask of whole numbers (uint8, values 0 and 1)",
        found=f"voxels of type {header.dtype}",
        hint="Threshold it and save it as uint8.",
    )


def _listing(folder: Path) -> str:
    """Say what lies where a file is missing."""
    if not folder.is_dir():
        return "no such folder"
    names = sorted(path.name for path in folder.iterdir())
    return f"only {', '.join(names[:5])} there" if names else "an empty folder"


def _with_job(text: str, job: str) -> str:
    return f"job {job!r}: {text}" if job else text


def _size(size_xyz: tuple[int, int, int]) -> str:
    return "×".join(str(size) for size in size_xyz)


def _check_inside(path: Path, folder: Path, job: str) -> None:
    """Refuse a link that leads out: a submission could have the reference itself scored."""
    try:
        target = path.resolve()
    except (OSError, RuntimeError) as error:  # Python 3.11 tells links in a circle so
        raise InputError.about(
            _with_job(str(path), job), expected=f"a file inside {folder}", found=f"{error}"
        ) from error
    if not target.is_relative_to(folder.resolve()):
        raise InputError.about(
            _with_job(str(path), job),
            expected=f"a file inside {folder}",
            found=f"a link to {target}",
        )


def _geometry_differences(reference: Geometry, prediction: Geometry) -> list[str]:
    """Say where the headers disagree; scores compare voxel by voxel and do not depend on it."""
    return [
        f"{what} {found} is not the reference's {expected}; scored voxel by voxel all the same"
        for what, expected, found in (
            ("spacing", reference.spacing_xyz, prediction.spacing_xyz),
            ("origin", reference.origin_xyz, prediction.origin_xyz),
            ("direction", reference.direction, prediction.direction),
        )
        if not all(
            math.isclose(a, b, rel_tol=0, abs_tol=_GEOMETRY_TOLERANCE)
            for a, b in zip(expected, found, strict=True)
        )
    ]
