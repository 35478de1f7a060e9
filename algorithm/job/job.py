"""One job, top to bottom: find the stacks, predict, keep the clicked lesions, write the masks.

Nothing appears under its final name before every mask
of the job is written, and a job that fails removes what it began.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from algorithm.inference.boxes import Boxes
from algorithm.inference.predictor import Predictor
from algorithm.job.deadline import Deadline
from algorithm.job.inputs import find_inputs
from algorithm.job.means import Means
from algorithm.job.options import JobOptions
from algorithm.job.outcome import StackOutcome, log_summary
from algorithm.job.rehearsal import Expected, rehearse, time_empty_mask
from algorithm.job.stack_job import StackJob
from algorithm.job.stopwatch import Stopwatch
from algorithm.job.summary import write_summary
from uls.geometry.lesion import clicked
from uls.images.mask_stack import MaskStackWriter, commit_all
from uls.platform.slugs import MASK_FOLDER
from uls.platform.sockets import StackInput
from uls.workshop.errors import ModelError
from uls.workshop.progress import log_beside_bars

__all__ = ["run_job"]

_log = logging.getLogger(__name__)


def run_job(
    predictor: Predictor,
    options: JobOptions,
    *,
    fallback: Predictor | None = None,
    expected: Expected | None = None,
    spent_seconds: float = 0.0,
    starting_seconds: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[StackOutcome, ...]:
    """Segment every stack of a job and write its masks; all of them, or none.

    Args:
        predictor: the model.
        options: where to read and write, and how to decide.
        fallback: a faster model for when the budget runs short.
        expected: how long both take, where they were rehearsed before.
        spent_seconds: of the budget, before this call.
        starting_seconds: how much of that was for starting the process, without any model.
        clock: gives seconds; a fake one in tests.

    Raises:
        CallError: boxes were given for a model that takes none, see also `find_boxes`.
        InputError: a stack, its spacings or the file of boxes are wrong.
        ModelError: the model failed on a VOI; with a budget, on every one that it was to predict.
        OutputError: the masks cannot be written.
    """
    start, stopwatch = clock(), Stopwatch()
    stacks, boxes = find_inputs(predictor, options)
    deadline = _deadline(
        predictor,
        fallback,
        options,
        n_vois=sum(stack.header.n_vois for stack in stacks),
        expected=expected,
        spent=lambda: spent_seconds + clock() - start,
        starting_seconds=starting_seconds,
        clock=clock,
    )
    keep = partial(clicked, policy=options.policy, reach_mm=options.reach_mm)

    def segment(stack: StackInput, of_stack: Boxes, writer: MaskStackWriter) -> StackOutcome:
        return StackJob(
            stack, of_stack, writer, predictor, fallback, keep, deadline, stopwatch
        ).segment()

    outcomes = _written(stacks, boxes, options.output_folder / MASK_FOLDER, segment)
    log_summary(outcomes, stopwatch)
    write_summary(options.summary_file, outcomes, stopwatch, options.budget_seconds)
    return outcomes


def _deadline(
    predictor: Predictor,
    fallback: Predictor | None,
    options: JobOptions,
    *,
    n_vois: int,
    expected: Expected | None,
    spent: Callable[[], float],
    starting_seconds: float,
    clock: Callable[[], float],
) -> Deadline:
    """Make the job's deadline; with a budget, rehearse first, unless that was done before."""
    if options.budget_seconds is not None:
        left = options.budget_seconds - spent()
        expected = expected or rehearse(
            predictor, fallback, seconds_left=left, n_vois=n_vois, clock=clock
        )
        expected = replace(expected, per_empty_mask=time_empty_mask(clock))
    return Deadline(
        n_vois=n_vois,
        mirror=options.mirror,
        passes=predictor.passes,
        budget_seconds=options.budget_seconds,
        spent_seconds=spent(),
        starting_seconds=starting_seconds,
        expected=expected,
        clock=clock,
    )


def _written(
    stacks: Sequence[StackInput],
    boxes: Sequence[Boxes],
    folder: Path,
    segment: Callable[[StackInput, Boxes, MaskStackWriter], StackOutcome],
) -> tuple[StackOutcome, ...]:
    """Segment all stacks, then give their masks their names: all of them, or none."""
    with ExitStack() as cleanup:
        writers = [cleanup.enter_context(MaskStackWriter(s.header, folder)) for s in stacks]
        with _mention_earlier_masks(writers), log_beside_bars():
            outcomes = tuple(map(segment, stacks, boxes, writers))
            _check_model_ran(outcomes)
            commit_all(writers)
    return outcomes


def _check_model_ran(outcomes: Sequence[StackOutcome]) -> None:
    """Refuse masks of models that failed on every VOI; that they failed on some was told."""
    vois = [voi for stack in outcomes for voi in stack.vois]
    tried = [voi for voi in vois if voi.model_failed or voi.means is not Means.NOTHING]
    if tried and all(voi.model_failed for voi in tried):
        raise ModelError.about(
            "the model",
            expected="that it can predict a VOI at all",
            found=f"that it failed on each of the {len(tried)} it was tried on",
            hint="The warnings say how. No masks are written.",
        )


@contextmanager
def _mention_earlier_masks(writers: Sequence[MaskStackWriter]) -> Iterator[None]:
    """If the job fails, say that masks of an earlier job, still in place, are not its result."""
    try:
        yield
    except BaseException:
        for writer in writers:
            if writer.path.exists():
                _log.warning("%s is an earlier job's, and was left as it was", writer.path)
        raise
