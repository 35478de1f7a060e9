"""Other lesions of the same kind in the patch, that were not clicked."""

from dataclasses import dataclass

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.appearance import Look, sibling
from training.starter.body import Scanner, grow, kept_apart, mix
from training.starter.fields import Bools, Floats
from training.starter.shapes import LesionShape, draw_shape
from training.starter.tissue import Growth, Tissue, tissue_at

__all__ = ["Lesion", "add_distractors"]

_CHANCES_EASY, _CHANCES_HARD = (0.8, 0.15, 0.05, 0.0), (0.45, 0.25, 0.18, 0.12)
"""Of 0 to 3 distractors at difficulty 0 and 1."""

_SMALLEST, _LARGEST = 1.5, 16.0
"""Patch voxels: radii of distractors."""

_FARTHEST = 12.0
"""Patch voxels between the clicked lesion and another, at most."""


@dataclass(frozen=True)
class Lesion:
    """What is drawn before anything is grown; distractors resemble it.

    Attributes:
        tissue: that it grows in.
        growth: how it treats that tissue's borders.
        shape: around its own middle.
        centre: its middle in the patch.
        radius_mm: its mean radius.
        difficulty: 0 to 1.
    """

    tissue: Tissue
    growth: Growth
    shape: LesionShape
    centre: Point
    radius_mm: float
    difficulty: float


def add_distractors(
    hu: Floats,
    lesion: Lesion,
    look: Look,
    *,
    scanner: Scanner,
    mask: Bools,
    rng: np.random.Generator,
) -> None:
    """Mix up to three other lesions into the patch, in place, none within two voxels of the mask.

    Args:
        hu: the patch.
        lesion: the clicked one.
        look: how the clicked one looks.
        scanner: that made the scan.
        mask: the clicked lesion's, in the whole patch.
        rng: draws how many, where, and their shapes.
    """
    easy, hard = np.asarray(_CHANCES_EASY), np.asarray(_CHANCES_HARD)
    count = rng.choice(len(easy), p=easy + lesion.difficulty * (hard - easy))
    for _ in range(count):
        radius = lesion.shape.radius * np.exp(rng.normal(-0.2, 0.5))
        shape = draw_shape(rng, float(np.clip(radius, _SMALLEST, _LARGEST)))
        place = _beside(lesion, shape.radius, rng)
        if not all(0 <= round(at) < size for at, size in zip(place, hu.shape, strict=True)):
            continue
        if tissue_at(hu, place, scanner.step_mm) is not lesion.tissue:
            continue
        growth = lesion.growth
        body = grow(hu, shape, place, growth=growth, scanner=scanner, click=place, rng=rng)
        if body is not None:
            mix(hu, kept_apart(body, mask), sibling(rng, look), scanner, rng)


def _beside(lesion: Lesion, radius: float, rng: np.random.Generator) -> Point:
    direction = rng.standard_normal(3)
    apart = lesion.shape.radius + radius + rng.uniform(1, _FARTHEST)
    z, y, x = np.asarray(lesion.centre) + direction / np.linalg.norm(direction) * apart
    return float(z), float(y), float(x)
