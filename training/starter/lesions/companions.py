"""Further lesions of the same kind in the patch, near the clicked one or touching it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.lesions.appearance import Look, sibling
from training.starter.lesions.body import Scanner, grow, kept_apart, mix, outline
from training.starter.lesions.fields import Bools, Floats
from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.lesions.shape import Shape
from training.starter.lesions.shapes import draw_shape
from training.starter.lesions.tissue import Growth, Tissue, tissue_at
from training.starter.settings.sample_settings import Kind

__all__ = ["Lesion", "add_companions", "count_of", "draw_any_shape"]


@dataclass(frozen=True)
class Lesion:
    """What is drawn before anything is grown; companions resemble it.

    Attributes:
        tissue: that it grows in.
        growth: how it treats that tissue's borders.
        radius: its mean radius in patch voxels.
        centre: its middle in the patch.
    """

    tissue: Tissue
    growth: Growth
    radius: float
    centre: Point


def draw_any_shape(
    rng: np.random.Generator,
    radius: float,
    kind: Kind,
    scanner: Scanner,
    bank: ShapeBank | None,
    *,
    spiculated: bool = False,
) -> Shape:
    """Draw a reader's shape as often as the kind says, if a bank is given; else an invented one."""
    shapes = scanner.settings.shapes
    if bank is not None and rng.random() < kind.reader_shape_share:
        return bank.draw(rng, radius, shapes)
    return draw_shape(rng, radius, shapes, spiculated=spiculated)


def add_companions(
    hu: Floats,
    lesion: Lesion,
    look: Look,
    mask: Bools,
    *,
    count: int,
    scanner: Scanner,
    bank: ShapeBank | None,
    rng: np.random.Generator,
) -> list[Floats]:
    """Mix further lesions into the patch, in place; none takes a voxel of another.

    Args:
        hu: the patch.
        lesion: the clicked one.
        look: how the clicked one looks.
        mask: of the clicked one in the whole patch.
        count: how many are tried.
        scanner: that made the scan.
        bank: of real shapes, if there is one.
        rng: draws where, and their shapes.

    Returns:
        The share of readers who drew each voxel, for each lesion that grew.
    """
    grown: list[Floats] = []
    taken = mask.copy()
    for _ in range(count):
        share = _companion(hu, lesion, look, taken, scanner=scanner, bank=bank, rng=rng)
        if share is not None:
            grown.append(share)
            taken |= share > 0
    return grown


def _companion(
    hu: Floats,
    lesion: Lesion,
    look: Look,
    taken: Bools,
    *,
    scanner: Scanner,
    bank: ShapeBank | None,
    rng: np.random.Generator,
) -> Floats | None:
    settings = scanner.settings.companions
    kind = scanner.settings.kinds[lesion.tissue.value]
    factor = np.exp(rng.normal(settings.size_mean, settings.size_sd))
    radius = float(np.clip(lesion.radius * factor, *settings.radius_voxels))
    touches = bool(rng.random() < settings.touching_share)
    shape = draw_any_shape(rng, radius, kind, scanner, bank)
    place = _beside(lesion, radius, rng, scanner, touches=touches)
    if not all(0 <= round(at) < size for at, size in zip(place, hu.shape, strict=True)):
        return None
    if taken[tuple(round(at) for at in place)]:
        return None
    if tissue_at(hu, place, scanner.step_mm, scanner.settings.tissues) is not lesion.tissue.host:
        return None
    growth = lesion.growth
    body = grow(hu, shape, place, growth=growth, scanner=scanner, click=place, rng=rng)
    if body is None:
        return None
    body = kept_apart(body, taken, 0 if touches else settings.apart_voxels)
    outlined = outline(body, place, kind.outline_height)
    if outlined is None:
        return None
    body, _, drawn = outlined
    mix(hu, body, sibling(rng, look, settings.hu_sd), scanner, rng)
    share = np.zeros(hu.shape, dtype=np.float32)
    share[body.box] = drawn
    share[taken] = 0
    return share


def _beside(
    lesion: Lesion, radius: float, rng: np.random.Generator, scanner: Scanner, *, touches: bool
) -> Point:
    settings = scanner.settings.companions
    direction = rng.standard_normal(3)
    gap = rng.uniform(1, settings.farthest_voxels)
    if touches:
        gap = -rng.uniform(*settings.overlap) * min(radius, lesion.radius)
    apart = lesion.radius + radius + gap
    z, y, x = np.asarray(lesion.centre) + direction / np.linalg.norm(direction) * apart
    return float(z), float(y), float(x)


def count_of(shares: Sequence[float], rng: np.random.Generator) -> int:
    """Draw how many companions a lesion has."""
    return int(rng.choice(len(shares), p=np.asarray(shares) / np.sum(shares)))
