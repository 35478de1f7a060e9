"""The largest connected component of one slice, found from the runs of pixels in its rows.

Written out because a general labelling filter costs about a millisecond a slice, whatever its size,
and scoring asks for it on every slice that may hold the longest line.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["largest_component"]

_Numbers = npt.NDArray[np.intp]


def largest_component(pixels: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Keep the largest 4-connected component: of equally large ones, the first met in row order.

    Args:
        pixels: (y, x); where no pixel is true, none is kept.
    """
    rows, starts, stops = _runs(pixels)
    first_runs = _first_run_of_component(rows, starts, stops, stride=pixels.shape[1])
    sizes = np.bincount(first_runs, weights=stops - starts, minlength=1)
    kept = first_runs == sizes.argmax()
    return _painted(pixels.shape, rows[kept], starts[kept], stops[kept])


def _runs(pixels: npt.NDArray[np.bool_]) -> tuple[_Numbers, _Numbers, _Numbers]:
    """List the runs of true pixels in row order: row, first column, column behind the last."""
    height, width = pixels.shape
    padded = np.zeros((height, width + 2), dtype=np.int8)
    padded[:, 1:-1] = pixels
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    return rows, starts, np.nonzero(change == -1)[1]


def _first_run_of_component(
    rows: _Numbers, starts: _Numbers, stops: _Numbers, *, stride: int
) -> _Numbers:
    """Give, per run, the first run of its component: neighbours are united until none differ."""
    upper, lower = _touching(rows * stride + starts, rows * stride + stops, stride)
    first = np.arange(len(rows))
    while (first[upper] != first[lower]).any():
        a, b = first[upper], first[lower]
        np.minimum.at(first, np.maximum(a, b), np.minimum(a, b))
        while (first != first[first]).any():
            first = first[first]
    return first


def _touching(starts: _Numbers, stops: _Numbers, stride: int) -> tuple[_Numbers, _Numbers]:
    """List the pairs of runs that share a column in adjacent rows.

    Args:
        starts: row · stride + first column, ascending.
        stops: row · stride + column behind the last, ascending.
        stride: what one row further adds.
    """
    begin = np.searchsorted(stops, starts + stride, side="right")
    end = np.searchsorted(starts, stops + stride, side="left")
    counts = end - begin
    upper = np.repeat(np.arange(len(starts)), counts)
    nth_of_its_run = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    return upper, begin[upper] + nth_of_its_run


def _painted(
    shape: tuple[int, ...], rows: _Numbers, starts: _Numbers, stops: _Numbers
) -> npt.NDArray[np.bool_]:
    """Draw runs: +1 where one starts, -1 behind its end, summed along the row."""
    change = np.zeros((shape[0], shape[1] + 1), dtype=np.int8)
    change[rows, starts] = 1
    change[rows, stops] = -1
    return np.cumsum(change, axis=1, dtype=np.int8)[:, :-1].astype(np.bool_)
