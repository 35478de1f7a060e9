"""What a job works on: its stacks, and the boxes that the user drew."""

from collections.abc import Sequence

from algorithm.inference.boxes import Boxes, check_none, read_boxes, single_box
from algorithm.inference.predictor import Predictor
from algorithm.job.options import JobOptions
from algorithm.job.summary import check_summary
from uls.platform.sockets import StackInput, find_job
from uls.workshop.errors import CallError, InputError

__all__ = ["find_boxes", "find_inputs", "find_stacks"]


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


def find_inputs(
    predictor: Predictor, options: JobOptions
) -> tuple[tuple[StackInput, ...], tuple[Boxes, ...]]:
    """Find the stacks and boxes of a job; refuse what would fail after an hour of predicting."""
    check_summary(options.summary_file)
    stacks = find_stacks(options)
    boxes = find_boxes(options, stacks)
    if not predictor.takes_boxes:
        check_none(boxes)
    return stacks, boxes
