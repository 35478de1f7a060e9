"""`--summary FILE`: what came of a job, VOI by VOI, as JSON for whoever watches over many jobs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from algorithm.job.means import Means
from algorithm.job.outcome import StackOutcome, VoiOutcome, counts
from algorithm.job.stopwatch import Stopwatch
from algorithm.models.json_files import StrictModel
from uls.workshop.atomic import write_file
from uls.workshop.errors import OutputError

__all__ = ["Summary", "check_summary", "write_summary"]

_BY: dict[Means, Literal["model", "starter", "nothing"]] = {
    Means.MODEL: "model",
    Means.FALLBACK: "starter",
    Means.NOTHING: "nothing",
}


class _Voi(StrictModel):
    """One VOI, counted from 1.

    Attributes:
        by: what predicted it.
        why: that it did not get what was asked for; empty where it did.
        distance_mm: from the click to the mask; None where the mask is empty.
        passes_left_out: mirrored passes for which there was no time.
    """

    voi: int
    by: Literal["model", "starter", "nothing"]
    why: str
    voxels: int
    volume_ml: float
    distance_mm: float | None
    passes_left_out: int


class _Stack(StrictModel):
    mask: str
    vois: tuple[_Voi, ...]


class Summary(StrictModel):
    """The file.

    Attributes:
        vois: of all stacks.
        model: VOIs that the model predicted.
        starter: VOIs that the starter model predicted instead.
        left_empty: VOIs that nothing predicted.
        empty_masks: VOIs whose mask is empty, whether predicted or not.
        seconds: of the job, without starting the process.
        budget_seconds: of the whole; None where it had as long as it takes.
    """

    format: Literal[1] = 1
    vois: int
    model: int
    starter: int
    left_empty: int
    empty_masks: int
    seconds: float
    budget_seconds: float | None
    stacks: tuple[_Stack, ...]


def check_summary(path: Path | None) -> None:
    """Check before the job that the summary can be written where it is to be.

    Raises:
        OutputError: its folder is not there, or it is a folder itself.
    """
    if path is None:
        return
    if not path.absolute().parent.is_dir():
        raise OutputError.about(path, expected="a folder to write it in", found="none")
    if path.is_dir():
        raise OutputError.about(path, expected="a file to write", found="a folder")


def write_summary(
    path: Path | None,
    stacks: Sequence[StackOutcome],
    stopwatch: Stopwatch,
    budget_seconds: float | None,
) -> None:
    """Write what came of a job; the file is there as a whole or not at all, and not without a path.

    Raises:
        OutputError: it cannot be written. The masks stay.
    """
    if path is None:
        return
    by = counts(stacks)
    summary = Summary(
        vois=sum(by.values()),
        model=by[Means.MODEL],
        starter=by[Means.FALLBACK],
        left_empty=by[Means.NOTHING],
        empty_masks=sum(voi.distance_mm is None for stack in stacks for voi in stack.vois),
        seconds=stopwatch.total_seconds,
        budget_seconds=budget_seconds,
        stacks=tuple(
            _Stack(mask=str(stack.path), vois=tuple(_voi(voi) for voi in stack.vois))
            for stack in stacks
        ),
    )
    write_file(path, summary.model_dump_json(indent=1) + "\n")


def _voi(voi: VoiOutcome) -> _Voi:
    got_all = voi.means is Means.MODEL and not voi.passes_left_out
    return _Voi(
        voi=voi.index + 1,
        by=_BY[voi.means],
        why="" if got_all else voi.reason,
        voxels=voi.voxels,
        volume_ml=voi.volume_ml,
        distance_mm=voi.distance_mm,
        passes_left_out=voi.passes_left_out,
    )
