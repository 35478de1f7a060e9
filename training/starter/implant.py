"""Implanting a synthetic lesion into a patch of CT, as if the scanner had seen it.

A shape is drawn around the click, cut to the room it has, blurred and averaged over the slices as
the scan's other edges are, and mixed with the background on the slices; the mask is drawn there
too, at half height, as an annotator would.
"""

from dataclasses import dataclass

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.appearance import Look, draw_edge, draw_look, sibling
from training.starter.body import Body, Scanner, grow, kept_apart, mix, outline
from training.starter.fields import Bools, Floats, blurred, grown
from training.starter.shapes import LesionShape, draw_shape
from training.starter.slices import Slices
from training.starter.tissue import Growth, Tissue, beside_air, draw_growth, tissue_at

__all__ = ["Implanted", "implant"]

_FEWEST_VOXELS, _FEWEST_IF_TINY, _TINY_RADIUS = 30, 8, 3.0
"""Voxels that a mask must have; fewer will do for lesions of a radius below this, in voxels."""

_LEAST_KEPT, _MOST_OF_PATCH = 0.12, 0.7
"""Of a ball of the lesion's radius (as far as the patch holds one), and of the patch."""

_COMPACT = 0.52
"""A mask whose blurred version (sigma: half the radius of a ball as large) stays below this
everywhere is a sheet or a strand that follows tissue. A ball reaches 0.74."""

_LEAST_DIFFERENCE_HU, _DIFFERENCE_SDS = 12.0, 1.3
_VISIBLE_SHARE, _VISIBLE_SHARE_LESS = 0.55, 0.25
"""So much of the ring around a lesion must differ so much from it; less with difficulty."""

_RING = 2
_LOOKS_TRIED = 3

_DISTRACTORS_EASY, _DISTRACTORS_HARD = (0.8, 0.15, 0.05, 0.0), (0.45, 0.25, 0.18, 0.12)
"""Chances of 0 to 3 distractors."""


@dataclass(frozen=True)
class Implanted:
    """A patch with a lesion in it.

    Attributes:
        hu: float32, (z, y, x).
        mask: the lesion that holds the click, one 6-connected component.
        kind: the tissue it grew in, as `Tissue` names it.
        contrast: its median HU minus that of the ring around it.
    """

    hu: Floats
    mask: Bools
    kind: str
    contrast: float


def implant(
    background_hu: Floats,
    *,
    step_mm: float,
    slice_mm: float,
    pixel_mm: float,
    click: Point,
    radius_mm: float,
    rng: np.random.Generator,
    difficulty: float,
) -> Implanted | None:
    """Implant a lesion that holds the click.

    Args:
        background_hu: float32, (z, y, x), sampled isotropically.
        step_mm: from voxel to voxel of the patch.
        slice_mm: the scan's slice spacing.
        pixel_mm: the scan's spacing within a slice.
        click: in patch voxels (z, y, x); anywhere in the lesion.
        radius_mm: the lesion's mean radius.
        rng: the same one gives the same lesion.
        difficulty: 0 for well visible lesions clicked near their middle, to 1.

    Returns:
        The patch with its lesion, or None where this place or this draw does not do.
    """
    tissue = tissue_at(background_hu, click, step_mm)
    if tissue is None:
        return None
    slices = Slices.find(background_hu, slice_mm / step_mm)
    scanner = Scanner(step_mm, pixel_mm, draw_edge(rng), slices)
    growth = draw_growth(rng, tissue, _hu_at(background_hu, click))
    spiculated = tissue is Tissue.LUNG and radius_mm > 4 and rng.random() < 0.2
    shape = draw_shape(rng, radius_mm / step_mm, spiculated=spiculated)
    centre = _draw_centre(rng, shape, click, background_hu.shape, reach=0.35 + 0.6 * difficulty)
    body = grow(background_hu, shape, centre, growth=growth, scanner=scanner, click=click, rng=rng)
    outlined = None if body is None else outline(body, click)
    if outlined is None:
        return None
    body, part = outlined
    ring = grown(part, (_RING,) * 3) & ~part
    if not _well_shaped(part, shape.radius) or beside_air(body.host, ring, tissue):
        return None
    needed = _VISIBLE_SHARE - _VISIBLE_SHARE_LESS * difficulty
    look = _draw_visible_look(rng, tissue, body, part, ring, needed, radius_mm, difficulty)
    if look is None:
        return None
    mask = np.zeros(background_hu.shape, dtype=bool)
    mask[body.box] = part
    hu = background_hu.astype(np.float32, copy=True)
    for _ in range(_draw_count(rng, difficulty)):
        _add_distractor(hu, rng, shape, centre, tissue, growth, look, scanner, mask)
    mix(hu, body, look, scanner, rng)
    contrast = _visible_contrast(hu[body.box], part, ring, needed)
    return None if contrast is None else Implanted(hu, mask, str(tissue), contrast)


def _hu_at(background: Floats, click: Point) -> float:
    z, y, x = (slice(max(round(at) - 1, 0), round(at) + 2) for at in click)
    return float(background[z, y, x].mean())


def _draw_centre(
    rng: np.random.Generator,
    shape: LesionShape,
    click: Point,
    patch_shape: tuple[int, ...],
    *,
    reach: float,
) -> Point:
    """Draw the lesion's middle: such that the click lies anywhere in its body.

    Where the click lies off the patch's middle the patch was fitted to the lesion, whose middle
    is then near the patch's.
    """
    middle = np.asarray(patch_shape) // 2
    off = float(np.linalg.norm(np.asarray(click) - middle)) > 2
    tries = [np.asarray(click) - shape.place_in_body(rng, reach) for _ in range(6 if off else 1)]
    z, y, x = min(tries, key=lambda centre: float(np.linalg.norm(centre - middle)))
    return float(z), float(y), float(x)


def _well_shaped(mask: Bools, radius: float) -> bool:
    """Say whether enough of a lesion is left, and in one lump."""
    voxels = int(np.count_nonzero(mask))
    ball = 4.19 * min(radius, 24.0) ** 3
    fewest = _FEWEST_IF_TINY if radius < _TINY_RADIUS else _FEWEST_VOXELS
    if voxels < max(fewest, _LEAST_KEPT * ball) or voxels > _MOST_OF_PATCH * 48**3:
        return False
    sigma = 0.5 * (voxels / 4.19) ** (1 / 3)
    return float(blurred(mask.astype(np.float32), (sigma,) * 3).max()) > _COMPACT


def _draw_visible_look(
    rng: np.random.Generator,
    tissue: Tissue,
    body: Body,
    mask: Bools,
    ring: Bools,
    needed: float,
    radius_mm: float,
    difficulty: float,
) -> Look | None:
    """Draw looks until one differs enough from what surrounds the lesion."""
    host_hu, around = float(np.median(body.host[mask])), body.host[ring]
    for _ in range(_LOOKS_TRIED):
        look = draw_look(rng, tissue, host_hu=host_hu, radius_mm=radius_mm, difficulty=difficulty)
        hu = host_hu + look.blend * (look.hu - host_hu)
        if np.count_nonzero(np.abs(around - hu) > _LEAST_DIFFERENCE_HU) >= needed * around.size:
            return look
    return None


def _visible_contrast(hu: Floats, mask: Bools, ring: Bools, needed: float) -> float | None:
    """Give the lesion's contrast with the ring around it; None where it can hardly be seen."""
    if not ring.any():
        return None
    seen = blurred(hu, (0.7, 0.7, 0.7))
    inside, around = seen[mask], seen[ring]
    median = float(np.median(inside))
    sd = 1.4826 * float(np.median(np.abs(inside - median)))
    differs = np.abs(around - median) > max(_LEAST_DIFFERENCE_HU, _DIFFERENCE_SDS * sd)
    if np.count_nonzero(differs) < needed * around.size:
        return None
    return median - float(np.median(around))


def _draw_count(rng: np.random.Generator, difficulty: float) -> int:
    easy, hard = np.asarray(_DISTRACTORS_EASY), np.asarray(_DISTRACTORS_HARD)
    return int(rng.choice(4, p=easy + difficulty * (hard - easy)))


def _add_distractor(
    hu: Floats,
    rng: np.random.Generator,
    shape: LesionShape,
    centre: Point,
    tissue: Tissue,
    growth: Growth,
    look: Look,
    scanner: Scanner,
    mask: Bools,
) -> None:
    """Mix another lesion of the same kind into the patch, beside the clicked one's mask."""
    radius = float(np.clip(shape.radius * np.exp(rng.normal(-0.2, 0.5)), 1.5, 16))
    other = draw_shape(rng, radius)
    direction = rng.standard_normal(3)
    direction /= np.linalg.norm(direction)
    apart = shape.radius + radius + rng.uniform(1, 12)
    z, y, x = (float(at) for at in np.asarray(centre) + direction * apart)
    if not all(0 <= at < size for at, size in zip((z, y, x), hu.shape, strict=True)):
        return
    if tissue_at(hu, (z, y, x), scanner.step_mm) is not tissue:
        return
    place = (z, y, x)
    body = grow(hu, other, place, growth=growth, scanner=scanner, click=place, rng=rng)
    if body is not None:
        mix(hu, kept_apart(body, mask), sibling(rng, look), scanner, rng)
