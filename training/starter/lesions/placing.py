"""Where a lesion lies: around a click, in a tissue, and not in air."""

from dataclasses import dataclass

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.lesions.companions import Lesion
from training.starter.lesions.fields import Floats
from training.starter.lesions.shape import Shape
from training.starter.lesions.tissue import Tissue, draw_growth, tissue_at
from training.starter.settings.recipe import Samples

__all__ = ["Place", "is_spiculated", "placed", "reaches_air", "tissue_of"]


@dataclass(frozen=True)
class Place:
    """Where a lesion is implanted.

    Attributes:
        hu: the background, float32, (z, y, x), sampled isotropically.
        step_mm: from voxel to voxel of the patch.
        slice_mm: the scan's slice spacing.
        pixel_mm: the scan's spacing within a slice.
        click: in patch voxels (z, y, x); anywhere in the lesion.
        kind: of lesion that is wanted, as the recipe's `kinds`.
    """

    hu: Floats
    step_mm: float
    slice_mm: float
    pixel_mm: float
    click: Point
    kind: str


def is_spiculated(
    tissue: Tissue, radius_mm: float, settings: Samples, rng: np.random.Generator
) -> bool:
    """Draw whether a lesion has spicules, as large ones in the lung may."""
    shapes = settings.shapes
    may_be = tissue is Tissue.LUNG and radius_mm > shapes.spiculated_from_mm
    return may_be and bool(rng.random() < shapes.spiculated_share)


def tissue_of(place: Place, settings: Samples) -> Tissue | None:
    """Give the tissue at the click; the wanted kind where its host is found there."""
    there = tissue_at(place.hu, place.click, place.step_mm, settings.tissues)
    wanted = Tissue(place.kind)
    return wanted if there is wanted.host else there


def placed(
    place: Place,
    shape: Shape,
    tissue: Tissue,
    settings: Samples,
    *,
    difficulty: float,
    rng: np.random.Generator,
) -> Lesion:
    """Draw how a shape grows at a place, and where its middle lies."""
    z, y, x = (slice(max(round(at) - 1, 0), round(at) + 2) for at in place.click)
    growth = draw_growth(rng, tissue, float(place.hu[z, y, x].mean()), settings.tissues)
    centre = _draw_centre(rng, shape, place, settings, difficulty)
    return Lesion(tissue, growth, shape.radius, centre)


def reaches_air(background: Floats, lesion: Lesion, shape: Shape, settings: Samples) -> bool:
    """Say, from a few voxels, whether the lesion's body would lie in air: cheap, before growing."""
    if lesion.tissue is Tissue.LUNG:
        return False
    every = settings.bodies.looked_at
    places = tuple(
        np.arange(every // 2, size, every, dtype=np.float32) for size in background.shape
    )
    z, y, x = (axis - np.float32(at) for axis, at in zip(places, lesion.centre, strict=True))
    inside = shape.body_level((z[:, None, None], y[:, None], x)) > 0
    looked_at = background[(slice(every // 2, None, every),) * 3][inside]
    in_air = looked_at < settings.tissues.air_hu
    return bool(looked_at.size) and bool(np.mean(in_air) > settings.bodies.most_air)


def _draw_centre(
    rng: np.random.Generator, shape: Shape, place: Place, settings: Samples, difficulty: float
) -> Point:
    """Draw the lesion's middle: such that the click lies anywhere in its body.

    Where the click lies off the patch's middle the patch was fitted to the lesion, whose middle
    is then near the patch's.
    """
    middle = np.asarray(place.hu.shape) // 2
    off = float(np.linalg.norm(np.asarray(place.click) - middle)) > 2
    easy, more = settings.bodies.reach
    reach = (0.0, easy + more * difficulty)
    if rng.random() < settings.clicks.edge_share * difficulty:
        reach = (settings.clicks.edge_reach, 1.0)
    tries = [
        np.asarray(place.click) - shape.place_in_body(rng, reach)
        for _ in range(settings.bodies.centres_tried if off else 1)
    ]
    z, y, x = min(tries, key=lambda centre: float(np.linalg.norm(centre - middle)))
    return float(z), float(y), float(x)
