"""A reference stack and its prediction, read side by side, one pair of VOIs at a time."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy.typing as npt

from evaluation.submission import StackPair, UnusablePredictionError
from uls.cropped import CroppedMask, cropped
from uls.errors import InputError
from uls.stack import StackHeader, read_vois

__all__ = ["VoiMask", "read_pair"]

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class VoiMask:
    """One VOI's mask: its nonzero voxels, and one value of the file that is neither 0 nor 1."""

    mask: CroppedMask
    odd_value: float | None


def read_pair(pair: StackPair) -> Iterator[tuple[VoiMask, VoiMask | None]]:
    """Read both stacks of a pair, ahead of what is asked for and at the same time.

    Yields:
        Per VOI the reference's and the prediction's mask; None where there is no prediction.

    Raises:
        InputError: the reference is damaged.
        UnusablePredictionError: the prediction is.
    """
    with ExitStack() as stack:
        references = stack.enter_context(closing(_ahead(_masks(pair.reference.header))))
        if pair.prediction is None:
            yield from ((reference, None) for reference in references)
            return
        predictions = stack.enter_context(closing(_ahead(_predicted_masks(pair))))
        yield from zip(references, predictions, strict=True)


def _predicted_masks(pair: StackPair) -> Iterator[VoiMask]:
    if pair.prediction is None:
        raise ValueError("a pair without a prediction")
    try:
        yield from _masks(pair.prediction)
    except InputError as error:
        raise UnusablePredictionError(pair.about_job(str(error))) from error


def _masks(header: StackHeader) -> Iterator[VoiMask]:
    for voi in read_vois(header):
        yield VoiMask(cropped(voi), _odd_value(voi))


def _odd_value(voi: npt.NDArray[Any]) -> float | None:
    """Give the value farthest from 0 where values other than 0 and 1 occur."""
    lowest, highest = voi.min(), voi.max()
    if lowest < 0 or highest > 1:
        return float(lowest if -float(lowest) > float(highest) else highest)
    if voi.dtype.kind != "f":
        return None
    between = voi[(voi > 0) & (voi < 1)]
    return float(between[0]) if between.size else None


def _ahead(items: Iterator[_T]) -> Generator[_T, None, None]:
    """Give the same items, each fetched by a thread while the one before it is worked on."""
    end = object()
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = thread.submit(next, items, end)
            yield item  # type: ignore[misc]
