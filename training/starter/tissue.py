"""What tissue a place lies in, and where a lesion may grow from there."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.fields import Bools, Floats, blurred, median

__all__ = ["AIR_HU", "Growth", "Tissue", "beside_air", "draw_growth", "room", "tissue_at"]

AIR_HU = -950.0
"""Below this lies gas: outside the body, in the bowel, beyond the scan's ends; rarely a lung."""

_DARK_HU = -200.0
"""Below this lies gas, lung, or where either begins."""

_GAS_SHARE, _LUNG_GAS_SHARE = 0.01, 0.2
"""More of a lesion's neighbourhood than this in gas, and its place is refused."""

_LUNG_HU = (-940.0, -550.0)
_VESSEL_HU = -650.0
"""Somewhere near a place in the lung there is a vessel; there is none in a cushion's foam."""

_SMOOTH_MM, _WIDE_MM = 1.0, 4.0
"""Tissue is told apart on HU averaged this far; vessels vanish in the wider average."""


class Tissue(StrEnum):
    """What a lesion grows in."""

    LUNG = "lung"
    FAT = "fat"
    SOFT = "soft"
    BONE = "bone"


_COARSE_FROM = 1.6
"""Averages wider than this many voxels (sigma) are computed on every second voxel."""


@dataclass(frozen=True)
class Growth:
    """How a lesion treats borders: it stops within `low` to `high` HU (smoothed), or overgrows.

    Where the wider average lies within `wide`, it grows over what is thinner: vessels, marrow.
    `overgrows`: it crosses the borders of its tissue.
    """

    low: float
    high: float
    wide: tuple[float, float] | None = None
    overgrows: bool = False


def tissue_at(background: Floats, click: Point, step_mm: float) -> Tissue | None:
    """Name the tissue at a place; None in air, gas, a table, and where tissues meet."""
    near = _around(background, click, max(1, round(1.5 / step_mm)))
    far = _around(background, click, max(2, round(10 / step_mm)))
    hu = float(near.mean())
    if _LUNG_HU[0] < hu < _LUNG_HU[1]:
        has_vessels = float(np.percentile(far, 98)) > _VESSEL_HU
        return Tissue.LUNG if has_vessels and _gas(far) < _LUNG_GAS_SHARE else None
    if _gas(_around(background, click, max(1, round(4 / step_mm)))) > 0:
        return None
    if -140 < hu < -45:
        return Tissue.FAT
    if -20 < hu < 190:
        return Tissue.SOFT
    return Tissue.BONE if 190 <= hu < 1500 else None


def _around(values: Floats, place: Point, steps: int) -> Floats:
    z, y, x = (slice(max(round(at) - steps, 0), round(at) + steps + 1) for at in place)
    return values[z, y, x]


def _gas(values: Floats) -> float:
    return float(np.count_nonzero(values < AIR_HU)) / values.size


def beside_air(ring: Floats, tissue: Tissue) -> bool:
    """Say whether a lesion lies at the skin, in bowel gas or at the scan's end.

    Args:
        ring: HU of the background around it.
        tissue: what it grows in.
    """
    if tissue is Tissue.LUNG:
        return _gas(ring) > _LUNG_GAS_SHARE
    dark = ring[ring < _DARK_HU]
    if dark.size <= _GAS_SHARE * ring.size:
        return False
    # Lung beside the lesion is welcome; gas and its soft rim are not.
    return _gas(dark) > _LUNG_GAS_SHARE or not -920 < median(dark) < -550


def draw_growth(rng: np.random.Generator, tissue: Tissue, hu: float) -> Growth:
    """Draw how a lesion in a tissue, of some HU at the click, treats its borders."""
    stays = rng.random() < 0.6
    match tissue:
        case Tissue.LUNG:  # the higher, the deeper into the pleura and into large vessels
            return Growth(-2000, -350, (-2000, -450 if stays else -150), not stays)
        case Tissue.FAT:
            highest = float(rng.choice((-15, 25)))
            return (
                Growth(-200, highest, (-200, highest - 60))
                if stays
                else Growth(-300, 220, overgrows=True)
            )
        case Tissue.BONE:
            return Growth(110, 4000, (180, 4000)) if stays else Growth(-150, 4000, overgrows=True)
        case _ if stays:
            one_organ = rng.random() < 0.5
            return Growth(max(hu - 55, -45), hu + 55) if one_organ else Growth(-45, 230)
        case _:
            return Growth(-300, 230, overgrows=True)


def room(background: Floats, growth: Growth, step_mm: float) -> tuple[Floats, Floats]:
    """Give where a lesion may grow, 0 to 1 with soft edges, and the smoothed background."""
    smooth = blurred(background, (max(_SMOOTH_MM / step_mm, 0.7),) * 3)
    inside = (smooth > growth.low) & (smooth < growth.high)
    if growth.wide is not None:
        inside |= _wide(background, _WIDE_MM / step_mm, growth.wide)
    if inside.all():
        return np.ones_like(smooth), smooth
    even = blurred(inside.astype(np.float32), (max(0.8 / step_mm, 0.8),) * 3)
    return np.clip(6 * even - 2.5, 0, 1), smooth


def _wide(background: Floats, sigma: float, between: tuple[float, float]) -> Bools:
    """Say where the average over a wide neighbourhood lies between two values.

    Every second voxel along each axis is enough for it where the neighbourhood is wide.
    """
    every = 2 if sigma > _COARSE_FROM else 1
    coarse = blurred(background[::every, ::every, ::every], (max(sigma / every, 0.7),) * 3)
    inside = (coarse > between[0]) & (coarse < between[1])
    for axis, size in enumerate(background.shape):
        inside = inside.repeat(every, axis).take(np.arange(size), axis)
    return inside
