"""A reference stack and its prediction, read side by side, one pair of VOIs at a time."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TypeVar

from evaluation.scoring.stack_pair import StackPair, UnusablePredictionError
from uls.images.mask_reading import VoiMask, read_masks
from uls.workshop.errors import InputError

__all__ = ["read_pair"]

_T = TypeVar("_T")


def read_pair(pair: StackPair) -> Iterator[tuple[VoiMask, VoiMask | None]]:
    """Read both stacks of a pair, ahead of what is asked for and at the same time.

    Yields:
        Per VOI the reference's and the prediction's mask; None where there is no prediction.

    Raises:
        InputError: the reference is damaged.
        UnusablePredictionError: the prediction is.
    """
    with ExitStack() as stack:
        references = stack.enter_context(closing(_ahead(read_masks(pair.reference.header))))
        if pair.prediction is None:
            yield from ((reference, None) for reference in references)
            return
        predictions = stack.enter_context(closing(_ahead(_predicted_masks(pair))))
        yield from zip(references, predictions, strict=True)


def _predicted_masks(pair: StackPair) -> Iterator[VoiMask]:
    if pair.prediction is None:
        raise ValueError("a pair without a prediction")
    try:
        yield from read_masks(pair.prediction)
    except InputError as error:
        raise UnusablePredictionError(pair.about_job(str(error))) from error


def _ahead(items: Iterator[_T]) -> Generator[_T, None, None]:
    """Give the same items, each fetched by a thread while the one before it is worked on."""
    end = object()
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = thread.submit(next, items, end)
            yield item  # type: ignore[misc]
