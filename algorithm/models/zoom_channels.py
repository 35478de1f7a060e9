"""What the zoom network sees of a patch: channels on what was clicked, and at what zoom.

The same function feeds training and inference: what it computes is part of the model. Models of
format 1 have eight or nine channels; the ninth shows the user's corrections.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE, Point

__all__ = ["CHANNELS", "WITHOUT_CORRECTIONS", "Correction", "PatchBox", "channels", "marks"]

CHANNELS = ("wide", "soft", "relative", "connected", "click", "step", "slices", "box", "corrected")
"""The channels in their order; `channels` says what each one is."""

WITHOUT_CORRECTIONS = 8
"""Channels of a model that takes no corrections."""

_CLICK_SIGMA = 3.0
"""Patch voxels: the width of the click's mark."""

_CORRECTION_SIGMA = 2.0
"""Patch voxels: the width of a correction's mark."""

_FAINTEST = 1e-6
"""Fainter marks are none: products of three would be denormal numbers, which slow a CPU down."""

_MODE_REACH = 2
"""Patch voxels around the click among which its HU is decided."""

_MODE_HU = 20.0
"""HU that differ by this much count as about the same tissue."""

_ROUNDS = 4
"""How often the cheapest paths from the click are swept along all three axes, both ways."""

_LOWEST_BARRIER_HU, _HIGHEST_BARRIER_HU = 12.0, 400.0
"""Barriers below and above these count as none and as a wall."""

Floats = npt.NDArray[np.float32]
PatchBox = tuple[Point, Point]
"""The corners (z, y, x) of a box around the lesion, in patch voxels, the second one excluded."""

Correction = tuple[Point, bool]
"""A further click in patch voxels (z, y, x), and whether it lies in the lesion."""

_GRID = np.arange(PATCH_SIZE, dtype=np.float32)


def channels(
    hu: Floats,
    *,
    click: Point,
    step_mm: float,
    slice_mm: float,
    box: PatchBox | None = None,
    corrections: Sequence[Correction] = (),
    count: int = len(CHANNELS),
) -> Floats:
    """Compute the network's input for one patch.

    Args:
        hu: the patch in HU, float32, `PATCH_SIZE` along (z, y, x).
        click: the click in patch voxels (z, y, x); taken to the nearest voxel of the patch.
        step_mm: the patch's step.
        slice_mm: the spacing of the scan's slices.
        box: a box that the user drew around the lesion, if there is one.
        corrections: further clicks; those outside the patch are not seen.
        count: of channels that the model takes: `CHANNELS`, or the first `WITHOUT_CORRECTIONS`.

    Returns:
        Float32, (count, z, y, x): HU over 1000; HU in a soft tissue window; HU minus the clicked
        tissue's; how well each voxel is connected to the click (1: by the same HU, 0: only over a
        wall); a mark on the click; the logarithm of the step; that of slice spacing over step; the
        box (1 in it, 0 elsewhere and where none was drawn); marks on the corrections (`marks`).
    """
    hu = np.clip(hu, AIR_HU, 3071)
    z, y, x = (float(np.clip(at, 0, PATCH_SIZE - 1)) for at in click)
    clicked_hu = _clicked_hu(hu, (round(z), round(y), round(x)))
    stacked = np.empty((count, *hu.shape), dtype=np.float32)
    stacked[0] = np.clip(hu / 1000, -1, 1)
    stacked[1] = np.clip((hu - 40) / 100, -2, 2)
    stacked[2] = np.clip((hu - clicked_hu) / 40, -2, 2)
    stacked[3] = _connected(hu, clicked_hu, (int(z) // 2, int(y) // 2, int(x) // 2))
    stacked[4] = _mark(z)[:, None, None] * _mark(y)[:, None] * _mark(x)
    stacked[5] = np.log(step_mm) / 1.2
    stacked[6] = np.clip(np.log(slice_mm / step_mm) / 1.5, -1, 1.5)
    stacked[7] = 0.0 if box is None else _inside(box)
    if count > WITHOUT_CORRECTIONS:
        stacked[WITHOUT_CORRECTIONS] = marks(corrections)
    return stacked


def marks(corrections: Sequence[Correction]) -> Floats:
    """Mark corrections on a patch: 1 at clicks in the lesion, -1 at clicks outside of it."""
    both = np.zeros((2, *(PATCH_SIZE,) * 3), dtype=np.float32)
    for at, inside in corrections:
        if all(0 <= round(axis) < PATCH_SIZE for axis in at):
            z, y, x = (_mark(axis, _CORRECTION_SIGMA) for axis in at)
            side = both[0 if inside else 1]
            np.maximum(side, z[:, None, None] * y[:, None] * x, out=side)
    return np.asarray(both[0] - both[1])


def _mark(at: float, sigma: float = _CLICK_SIGMA) -> Floats:
    mark = np.exp(-((_GRID - at) ** 2) / (2 * sigma**2))
    mark[mark < _FAINTEST] = 0
    return np.asarray(mark, dtype=np.float32)


def _inside(box: PatchBox) -> Floats:
    z, y, x = (
        ((low - 0.5 <= _GRID) & (high - 0.5 > _GRID)).astype(np.float32)
        for low, high in zip(*box, strict=True)
    )
    return z[:, None, None] * y[:, None] * x


def _clicked_hu(hu: Floats, click: tuple[int, int, int]) -> float:
    """Give the most common HU around the click, voxels near it counting more.

    One voxel alone may be noise, and an average would lie between lesion and surroundings.
    """
    low = [max(at - _MODE_REACH, 0) for at in click]
    z, y, x = (slice(start, at + _MODE_REACH + 1) for start, at in zip(low, click, strict=True))
    values = hu[z, y, x]
    offsets = np.indices(values.shape) - np.subtract(click, low)[:, None, None, None]
    near = np.exp(-(offsets**2).sum(axis=0) / (2 * 1.2**2)).ravel()
    flat = values.ravel()
    alike = np.exp(-((flat[:, None] - flat) ** 2) / (2 * _MODE_HU**2))
    return float(flat[np.argmax((alike @ near) * np.sqrt(near))])


def _connected(hu: Floats, clicked_hu: float, click: tuple[int, int, int]) -> Floats:
    """Say how well each voxel is connected to the click, 0 to 1, on a grid of half the resolution.

    A path's barrier is the largest difference from the clicked HU on it; a voxel's is that of its
    best path (fuzzy connectedness, Udupa and Samarasekera, 1996), on a logarithmic scale.
    """
    half = PATCH_SIZE // 2
    clipped = np.clip(hu, -1100, 1500).reshape(half, 2, half, 2, half, 2)
    difference = np.abs(clipped.mean(axis=(1, 3, 5)) - np.float32(clicked_hu))
    barrier = _barriers(difference, click)
    scale = np.log1p(_HIGHEST_BARRIER_HU / _LOWEST_BARRIER_HU)
    connected = 1 - np.clip(np.log1p(barrier / _LOWEST_BARRIER_HU) / scale, 0, 1)
    doubled: Floats = connected.astype(np.float32).repeat(2, 0).repeat(2, 1).repeat(2, 2)
    return doubled


def _barriers(difference: Floats, seed: tuple[int, int, int]) -> Floats:
    """Give the lowest barrier on the way from the seed to each voxel, by sweeps along the axes."""
    barrier = np.full_like(difference, np.inf)
    barrier[seed] = 0.0
    for _ in range(_ROUNDS):
        for axis in range(3):
            cost, reached = np.moveaxis(difference, axis, 0), np.moveaxis(barrier, axis, 0)
            for here, before in _sweeps(len(cost)):
                over = np.maximum(cost[here], reached[before])
                np.minimum(reached[here], over, out=reached[here])
    return barrier


def _sweeps(size: int) -> list[tuple[int, int]]:
    """List the steps of a sweep forth and back: each plane is reached from the one before it."""
    forth = [(at, at - 1) for at in range(1, size)]
    return forth + [(at - 1, at) for at in range(size - 1, 0, -1)]
