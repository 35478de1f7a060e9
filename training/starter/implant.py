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
from training.starter.fields import Bools, Floats, blurred
from training.starter.shapes import LesionShape, draw_shape
from training.starter.slices import Slices
from training.starter.tissue import Growth, Tissue, beside_air, draw_growth, tissue_at
from training.starter.visible import contrast, ring_around, stands_out

__all__ = ["Implanted", "implant"]

_FEWEST_VOXELS, _FEWEST_IF_TINY, _TINY_RADIUS = 30, 8, 3.0
"""Voxels that a mask must have; fewer will do for lesions of a radius below this, in voxels."""

_LEAST_KEPT, _MOST_OF_PATCH = 0.12, 0.7
"""Of a ball of the lesion's radius (as far as half a patch can hold one), and of the patch."""

_COMPACT = 0.52
"""A mask whose blurred version (sigma: half the radius of a ball as large) stays below this
everywhere is a sheet or a strand that follows tissue. A ball reaches 0.74."""

_BALL = 4 / 3 * np.pi
_LOOKS_TRIED = 3

_SPICULATED_SHARE, _SPICULATED_FROM_MM = 0.2, 4.0
"""Of the lesions in the lung, from this radius on."""

_DISTRACTORS_EASY, _DISTRACTORS_HARD = (0.8, 0.15, 0.05, 0.0), (0.45, 0.25, 0.18, 0.12)
"""Chances of 0 to 3 distractors at difficulty 0 and 1."""


@dataclass(frozen=True)
class Implanted:
    """A patch with a lesion in it.

    Attributes:
        hu: float32, (z, y, x).
        mask: the lesion that holds the click, one 6-connected component.
        kind: the tissue it grew in, as `Tissue` names it.
        contrast: its median HU minus that of the two voxels around it.
    """

    hu: Floats
    mask: Bools
    kind: str
    contrast: float


@dataclass(frozen=True)
class _Lesion:
    """What is drawn before anything is grown; distractors share it with the clicked lesion."""

    tissue: Tissue
    growth: Growth
    shape: LesionShape
    centre: Point
    radius_mm: float
    difficulty: float


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
    lesion = _draw_lesion(background_hu, tissue, click, radius_mm, step_mm, rng, difficulty)
    slices = Slices.find(background_hu, slice_mm / step_mm)
    scanner = Scanner(step_mm, pixel_mm, draw_edge(rng), slices)
    clicked = _grow_clicked(background_hu, lesion, scanner, click, rng)
    if clicked is None:
        return None
    body, part = clicked
    ring = ring_around(part)
    if beside_air(background_hu[body.box][ring], tissue):
        return None
    look = _draw_visible_look(lesion, body, part, ring, rng)
    if look is None:
        return None
    mask = np.zeros(background_hu.shape, dtype=bool)
    mask[body.box] = part
    hu = background_hu.astype(np.float32, copy=True)
    for _ in range(_draw_count(rng, difficulty)):
        _add_distractor(hu, lesion, look, scanner, mask, rng)
    mix(hu, body, look, scanner, rng)
    visible = contrast(hu[body.box], part, ring, difficulty=difficulty)
    return None if visible is None else Implanted(hu, mask, str(tissue), visible)


def _draw_lesion(
    background: Floats,
    tissue: Tissue,
    click: Point,
    radius_mm: float,
    step_mm: float,
    rng: np.random.Generator,
    difficulty: float,
) -> _Lesion:
    z, y, x = (slice(max(round(at) - 1, 0), round(at) + 2) for at in click)
    growth = draw_growth(rng, tissue, float(background[z, y, x].mean()))
    may_have_spicules = tissue is Tissue.LUNG and radius_mm > _SPICULATED_FROM_MM
    spiculated = may_have_spicules and rng.random() < _SPICULATED_SHARE
    shape = draw_shape(rng, radius_mm / step_mm, spiculated=spiculated)
    centre = _draw_centre(rng, shape, click, background.shape, reach=0.35 + 0.6 * difficulty)
    return _Lesion(tissue, growth, shape, centre, radius_mm, difficulty)


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


def _grow_clicked(
    background: Floats, lesion: _Lesion, scanner: Scanner, click: Point, rng: np.random.Generator
) -> tuple[Body, Bools] | None:
    """Grow the clicked lesion; None where it does not hold the click or is not a lump."""
    body = grow(
        background,
        lesion.shape,
        lesion.centre,
        growth=lesion.growth,
        scanner=scanner,
        click=click,
        rng=rng,
    )
    outlined = None if body is None else outline(body, click)
    if outlined is None or not _is_lump(outlined[1], lesion.shape.radius, background.size):
        return None
    return outlined


def _is_lump(mask: Bools, radius: float, patch_voxels: int) -> bool:
    """Say whether enough of a lesion is left, and in one lump."""
    voxels = int(np.count_nonzero(mask))
    fewest = _FEWEST_IF_TINY if radius < _TINY_RADIUS else _FEWEST_VOXELS
    ball = _BALL * min(radius, 0.5 * patch_voxels ** (1 / 3)) ** 3
    if voxels < max(fewest, _LEAST_KEPT * ball) or voxels > _MOST_OF_PATCH * patch_voxels:
        return False
    sigma = 0.5 * (voxels / _BALL) ** (1 / 3)
    return float(blurred(mask.astype(np.float32), (sigma,) * 3).max()) > _COMPACT


def _draw_visible_look(
    lesion: _Lesion, body: Body, mask: Bools, ring: Bools, rng: np.random.Generator
) -> Look | None:
    """Draw looks until one stands out from what surrounds the lesion."""
    host_hu, around = float(np.median(body.host[mask])), body.host[ring]
    for _ in range(_LOOKS_TRIED):
        look = draw_look(
            rng,
            lesion.tissue,
            host_hu=host_hu,
            radius_mm=lesion.radius_mm,
            difficulty=lesion.difficulty,
        )
        seen_hu = host_hu + look.blend * (look.hu - host_hu)
        if look.blend < 1 and lesion.growth.overgrows:  # ground glass ends where the lung does
            continue
        if stands_out(around, seen_hu, difficulty=lesion.difficulty):
            return look
    return None


def _draw_count(rng: np.random.Generator, difficulty: float) -> int:
    easy, hard = np.asarray(_DISTRACTORS_EASY), np.asarray(_DISTRACTORS_HARD)
    return int(rng.choice(len(easy), p=easy + difficulty * (hard - easy)))


def _add_distractor(
    hu: Floats,
    lesion: _Lesion,
    look: Look,
    scanner: Scanner,
    mask: Bools,
    rng: np.random.Generator,
) -> None:
    """Mix another lesion of the same kind into the patch, beside the clicked one's mask."""
    radius = float(np.clip(lesion.shape.radius * np.exp(rng.normal(-0.2, 0.5)), 1.5, 16))
    direction = rng.standard_normal(3)
    apart = lesion.shape.radius + radius + rng.uniform(1, 12)
    z, y, x = np.asarray(lesion.centre) + direction / np.linalg.norm(direction) * apart
    place = (float(z), float(y), float(x))
    if not all(0 <= round(at) < size for at, size in zip(place, hu.shape, strict=True)):
        return
    if tissue_at(hu, place, scanner.step_mm) is not lesion.tissue:
        return
    shape, growth = draw_shape(rng, radius), lesion.growth
    body = grow(hu, shape, place, growth=growth, scanner=scanner, click=place, rng=rng)
    if body is not None:
        mix(hu, kept_apart(body, mask), sibling(rng, look), scanner, rng)
