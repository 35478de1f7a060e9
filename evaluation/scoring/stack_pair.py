"""A mask stack beside its reference: whether it can be scored, and what is odd about it."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from evaluation.scoring.ground_truth import ReferenceStack
from uls.images.stack import Geometry, StackHeader, read_header
from uls.platform.job_time import RunTime
from uls.workshop.errors import InputError

__all__ = ["StackPair", "UnusablePredictionError", "check_inside", "pair_of"]


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


def pair_of(reference: ReferenceStack, job: str, path: Path, folder: Path) -> StackPair:
    """Read a mask stack's header and compare it with the reference's.

    Raises:
        InputError: the file, or one that it names, leads out of the folder.
    """
    check_inside(path, folder, job)
    if not path.is_file():
        error = InputError.about(path, expected="a mask stack", found=_listing(path.parent))
        return StackPair(reference, job, None, _with_job(str(error), job))
    try:
        header = read_header(path)
    except InputError as error:
        return StackPair(reference, job, None, _with_job(str(error), job))
    for voxels in header.pixels.paths:
        check_inside(voxels, folder, job)
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


def check_inside(path: Path, folder: Path, job: str) -> None:
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
