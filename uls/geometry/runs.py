"""Masks as runs of true pixels in their rows, and the components that touching runs make.

Written out because a general labelling filter costs about a millisecond a slice and ten a volume,
whatever the size of what it labels, and scoring asks for it often.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["first_run_of_component", "runs_in_rows"]

_Numbers = npt.NDArray[np.intp]


def runs_in_rows(rows: npt.NDArray[np.bool_]) -> tuple[_Numbers, _Numbers, _Numbers]:
    """List the runs of true pixels in row order: row, first column, column behind the last."""
    height, width = rows.shape
    padded = np.zeros((height, width + 2), dtype=np.int8)
    padded[:, 1:-1] = rows
    change = np.diff(padded, axis=1)
    numbers, starts = np.nonzero(change == 1)
    return numbers, starts, np.nonzero(change == -1)[1]


def first_run_of_component(
    starts: _Numbers, stops: _Numbers, *, neighbours: Sequence[int]
) -> _Numbers:
    """Give, per run, the first run of its component: touching runs are united until none differ.

    Args:
        starts: per run the place of its first pixel, row · width + column; ascending.
        stops: the place behind its last pixel; ascending.
        neighbours: how many places further the pixels lie that touch a pixel from below.
    """
    pairs = [_touching(starts, stops, places) for places in neighbours]
    upper, lower = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    first = np.arange(len(starts))
    while (first[upper] != first[lower]).any():
        a, b = first[upper], first[lower]
        # Of two components the one that begins later takes the other's first run; those that had
        # it take over theirs, step by step, until every run knows the first one of all.
        np.minimum.at(first, np.maximum(a, b), np.minimum(a, b))
        while (first != first[first]).any():
            first = first[first]
    return first


def _touching(starts: _Numbers, stops: _Numbers, places: int) -> tuple[_Numbers, _Numbers]:
    """List the pairs of runs of which one, moved so many places further, meets the other."""
    begin = np.searchsorted(stops, starts + places, side="right")
    end = np.searchsorted(starts, stops + places, side="left")
    counts = end - begin
    upper = np.repeat(np.arange(len(starts)), counts)
    nth_of_its_run = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    return upper, begin[upper] + nth_of_its_run
