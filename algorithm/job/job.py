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

from algorithm.inference.boxes import Boxes, check_none, read_boxes, single_box
from algorithm.inference.predictor import Predictor
from algorithm.job.deadline import Deadline, Means
from algorithm.job.options import JobOptions
from algorithm.job.outcome import StackOutcome, log_summary
from algorithm.job.rehearsal import Expected, rehearse, time_empty_mask
from algorithm.job.stack_job import StackJob
from algorithm.job.stopwatch import Stopwatch
from algorithm.job.summary import check_summary, write_summary
from uls.geometry.lesion import clicked
from uls.images.mask_stack import MaskStackWriter, commit_all
from uls.platform.slugs import MASK_FOLDER
from uls.platform.sockets import StackInput, find_job
from uls.workshop.errors import CallError, InputError, ModelError
from uls.workshop.progress import log_beside_bars

__all__ = ["Predictor", "find_boxes", "find_stacks", "run_job"]

_log = logging.getLogger(__name__)


def find_stacks(options: JobOptions) -> tuple[StackInput, ...]:
    """Find and verify the job's stacks, before anything slow is begun.

    Raises:
        InputError: what `uls.platform.sockets.find_job` raises, or several stacks where one is
            asked for.
    """
    stacks = find_job(options.input_folder, options.only_stack)
    if not stacks:
        found = f"a job without {options.only_stack}"
        raise InputError.about(options.input_folder, expected="the stack", found=found)
    if options.one_image and len(stacks) > 1:
        raise InputError.about(
            options.input_folder,
            expected="one stack (--one-image)",
            found=f"{len(stacks)}: {', '.join(stack.header.path.name for stack in stacks)}",
        )
    return stacks


def find_boxes(options: JobOptions, stacks: Sequence[StackInput]) -> tuple[Boxes, ...]:
    """Find and verify the boxes that the user gave: per stack, one or none for every VOI.

    Raises:
        CallError: a single box for several VOIs, or a single box and a file.
        InputError: the file of boxes does not fit the job.
    """
    if options.box is not None and options.boxes_file is not None:
        raise CallError.about("--box, --boxes", expected="one of the two", found="both")
    if options.box is not None:
        return single_box(options.box, stacks)
    if options.boxes_file is not None:
        return read_boxes(options.boxes_file, stacks)
    return tuple((None,) * stack.header.n_vois for stack in stacks)


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
    check_summary(options.summary_file)
    stacks = find_stacks(options)
    n_vois = sum(stack.header.n_vois for stack in stacks)
    boxes = find_boxes(options, stacks)
    if not predictor.takes_boxes:
        check_none(boxes)
    if options.budget_seconds is not None:
        left = options.budget_seconds - spent_seconds - (clock() - start)
        expected = expected or rehearse(
            predictor, fallback, seconds_left=left, n_vois=n_vois, clock=clock
        )
        expected = replace(expected, per_empty_mask=time_empty_mask(clock))
    deadline = Deadline(
        n_vois=n_vois,
        mirror=options.mirror,
        passes=predictor.passes,
        budget_seconds=options.budget_seconds,
        spent_seconds=spent_seconds + clock() - start,
        starting_seconds=starting_seconds,
        expected=expected,
        clock=clock,
    )
    keep = partial(clicked, policy=options.policy, reach_mm=options.reach_mm)
    folder = options.output_folder / MASK_FOLDER
    with ExitStack() as cleanup:
        writers = [cleanup.enter_context(MaskStackWriter(s.header, folder)) for s in stacks]
        with _mention_earlier_masks(writers), log_beside_bars():
            outcomes = tuple(
                StackJob(
                    stack, of_stack, writer, predictor, fallback, keep, deadline, stopwatch
                ).segment()
                for stack, of_stack, writer in zip(stacks, boxes, writers, strict=True)
            )
            _check_model_ran(outcomes)
            commit_all(writers)
    log_summary(outcomes, stopwatch)
    if options.summary_file is not None:
        write_summary(options.summary_file, outcomes, stopwatch, options.budget_seconds)
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
