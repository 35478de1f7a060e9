"""How filters, biases and maps lie in memory, see `vectors.h`: in vectors of channels, aligned.

Channels are filled up to whole panels (two vectors) with zeros.
"""

import mmap
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from algorithm.engines.winograd.network import Floats

__all__ = ["aligned", "direct_filters", "per_channel", "planar_filters", "transposed_filters"]
__all__ += ["winograd_filters"]

_FLOAT32_BYTES = 4


def aligned(*shape: int) -> Floats:
    """Make zeros that begin at a page, in large pages where there are any."""
    length = max(prod(shape), 1) * _FLOAT32_BYTES
    pages = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, np.float32).reshape(shape)


def rounded_up(count: int, multiple: int) -> int:
    """Give the next multiple of a number."""
    return -(-count // multiple) * multiple


def blocks(channels: int, vector: int) -> int:
    """Give the vectors that some channels take, filled up to whole panels."""
    return rounded_up(channels, 2 * vector) // vector


def per_channel(values: Floats, vector: int) -> Floats:
    """Lay out one value per channel."""
    laid = aligned(rounded_up(len(values), 2 * vector))
    laid[: len(values)] = values
    return laid


def winograd_filters(filters: Floats, parts: Sequence[int], vector: int) -> Floats:
    """From (out, in, z, y, x) to (out blocks, in, taps, vector).

    Args:
        filters: of a convolution.
        parts: channels of each map that it reads.
        vector: channels of a vector.
    """
    whole = _filled(filters, parts, vector)
    blocks, channels = len(whole) // vector, whole.shape[1]
    split = whole.reshape(blocks, vector, channels, -1)
    return _laid(split.transpose(0, 2, 3, 1))


def direct_filters(filters: Floats, parts: Sequence[int], vector: int) -> Floats:
    """From (out, in, z, y, x) to (panels, taps, in, panel)."""
    whole = _filled(filters, parts, vector)
    split = whole.reshape(-1, 2 * vector, whole.shape[1], prod(filters.shape[2:]))
    return _laid(split.transpose(0, 3, 2, 1))


def planar_filters(filters: Floats, vector: int) -> Floats:
    """From (out, in, z, y, x) to (panels, rows, panel); rows are (in, tap), filled up."""
    rows = filters.reshape(len(filters), -1)
    whole = np.zeros(
        (rounded_up(len(rows), 2 * vector), rounded_up(rows.shape[1], vector)), np.float32
    )
    whole[: len(rows), : rows.shape[1]] = rows
    return _laid(whole.reshape(-1, 2 * vector, whole.shape[1]).transpose(0, 2, 1))


def transposed_filters(filters: Floats, parts: Sequence[int], vector: int) -> Floats:
    """From (in, out, z, y, x) to (taps, panels, in, panel)."""
    whole = _filled(filters.swapaxes(0, 1), parts, vector)
    split = whole.reshape(-1, 2 * vector, whole.shape[1], prod(filters.shape[2:]))
    return _laid(split.transpose(3, 0, 2, 1))


def _filled(filters: Floats, parts: Sequence[int], vector: int) -> Floats:
    """Fill up the output channels, and those of each map that is read."""
    panel = 2 * vector
    out, taps = filters.shape[0], filters.shape[2:]
    widths = [rounded_up(part, panel) for part in parts]
    if out % panel == 0 and widths == list(parts):
        return filters
    whole = np.zeros((rounded_up(out, panel), sum(widths), *taps), np.float32)
    taken = placed = 0
    for part, width in zip(parts, widths, strict=True):
        whole[:out, placed : placed + part] = filters[:, taken : taken + part]
        taken, placed = taken + part, placed + width
    return whole


def _laid(values: Any) -> Floats:
    laid = aligned(*values.shape)
    laid[...] = values
    return laid
