"""What tissue a place lies in, and where a lesion may grow from there."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.lesions.fields import Bools, Floats, blurred, median
from training.starter.settings.lesion_settings import Tissues

__all__ = ["Growth", "Tissue", "beside_air", "draw_growth", "room", "tissue_at"]


class Tissue(StrEnum):
    """What a lesion grows in."""

    LUNG = "lung"
    FAT = "fat"
    SOFT = "soft"
    BONE = "bone"
    ORGAN = "organ"
    NODE = "node"

    @property
    def host(self) -> "Tissue":
        """What the place of such a lesion looks like: organs are soft tissue, nodes lie in fat."""
        return {Tissue.ORGAN: Tissue.SOFT, Tissue.NODE: Tissue.FAT}.get(self, self)


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


def tissue_at(background: Floats, click: Point, step_mm: float, settings: Tissues) -> Tissue | None:
    """Name the tissue at a place; None in air, gas, a table, and where tissues meet."""
    near = _around(background, click, max(1, round(settings.near_mm / step_mm)))
    far = _around(background, click, max(2, round(settings.far_mm / step_mm)))
    hu, air = float(near.mean()), settings.air_hu
    if settings.lung_hu[0] < hu < settings.lung_hu[1]:
        has_vessels = float(np.percentile(far, settings.vessel_percentile)) > settings.vessel_hu
        return Tissue.LUNG if has_vessels and _gas(far, air) < settings.lung_gas_share else None
    if _gas(_around(background, click, max(1, round(settings.gas_mm / step_mm))), air) > 0:
        return None
    if settings.fat_hu[0] < hu < settings.fat_hu[1]:
        return Tissue.FAT
    if settings.soft_hu[0] < hu < settings.soft_hu[1]:
        return Tissue.SOFT
    return Tissue.BONE if settings.bone_hu[0] <= hu < settings.bone_hu[1] else None


def _around(values: Floats, place: Point, steps: int) -> Floats:
    z, y, x = (slice(max(round(at) - steps, 0), round(at) + steps + 1) for at in place)
    return values[z, y, x]


def _gas(values: Floats, air_hu: float) -> float:
    return float(np.count_nonzero(values < air_hu)) / max(values.size, 1)


def beside_air(ring: Floats, tissue: Tissue, settings: Tissues) -> bool:
    """Say whether a lesion lies at the skin, in bowel gas or at the scan's end.

    Args:
        ring: HU of the background around it.
        tissue: what it grows in.
        settings: what counts as air.
    """
    if tissue is Tissue.LUNG:
        return _gas(ring, settings.air_hu) > settings.lung_gas_share
    dark = ring[ring < settings.dark_hu]
    if dark.size <= settings.gas_share * ring.size:
        return False
    # Lung beside the lesion is welcome; gas and its soft rim are not.
    low, high = settings.lung_edge_hu
    return _gas(dark, settings.air_hu) > settings.lung_gas_share or not low < median(dark) < high


def draw_growth(rng: np.random.Generator, tissue: Tissue, hu: float, settings: Tissues) -> Growth:
    """Draw how a lesion in a tissue, of some HU at the click, treats its borders."""
    stays = rng.random() < settings.stays_share
    beyond = Growth(*settings.overgrown_hu, overgrows=True)
    match tissue:
        case Tissue.LUNG:  # the higher, the deeper into the pleura and into large vessels
            high, wide, overgrown = settings.lung_growth_hu
            return Growth(-2000, high, (-2000, wide if stays else overgrown), not stays)
        case Tissue.FAT | Tissue.NODE:
            low, *highs = settings.fat_growth_hu
            highest = float(rng.choice(highs))
            stay = Growth(low, highest, (low, highest - settings.fat_wide_hu))
            return stay if stays else beyond
        case Tissue.BONE:
            low, wide, overgrown = settings.bone_growth_hu
            stay = Growth(low, 4000, (wide, 4000))
            return stay if stays else Growth(overgrown, 4000, overgrows=True)
        case Tissue.ORGAN:
            stays = rng.random() < settings.organ_stays_share
            return _within_organ(hu, settings) if stays else beyond
        case _ if stays:
            one_organ = rng.random() < settings.one_organ_share
            return _within_organ(hu, settings) if one_organ else Growth(*settings.soft_growth_hu)
        case _:
            return beyond


def _within_organ(hu: float, settings: Tissues) -> Growth:
    return Growth(
        max(hu - settings.one_organ_hu, settings.soft_growth_hu[0]), hu + settings.one_organ_hu
    )


def room(
    background: Floats, growth: Growth, step_mm: float, settings: Tissues
) -> tuple[Floats, Floats]:
    """Give where a lesion may grow, 0 to 1 with soft edges, and the smoothed background."""
    smooth = blurred(background, (max(settings.smooth_mm / step_mm, 0.7),) * 3)
    inside = (smooth > growth.low) & (smooth < growth.high)
    if growth.wide is not None:
        inside |= _wide(background, settings.wide_mm / step_mm, growth.wide)
    if inside.all():
        return np.ones_like(smooth), smooth
    even = blurred(inside.astype(np.float32), (max(settings.room_mm / step_mm, 0.8),) * 3)
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
