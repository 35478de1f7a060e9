"""Implanting a synthetic lesion into a patch of CT, as if the scanner had seen it.

A shape is drawn around the click, cut to the room it has, blurred and averaged over the slices as
the scan's other edges are, and mixed with the background on the slices; the mask is drawn there
too, at half height, as an annotator would.
"""

from dataclasses import dataclass

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.appearance import Look, draw_edge, draw_look
from training.starter.body import Body, Scanner, grow, is_lump, mix, outline
from training.starter.distractors import Lesion, add_distractors
from training.starter.fields import Bools, Floats, median
from training.starter.shapes import LesionShape, draw_shape
from training.starter.slices import Slices
from training.starter.tissue import AIR_HU, Tissue, beside_air, draw_growth, tissue_at
from training.starter.visible import contrast, ring_around, stands_out

__all__ = ["Implanted", "implant"]

_LOOKED_AT, _MOST_AIR = 3, 0.1
"""Every third voxel of the lesion's body is looked at; more air than this is too much."""

_LOOKS_TRIED = 3

_SPICULATED_SHARE, _SPICULATED_FROM_MM = 0.2, 4.0
"""Of the lesions in the lung, from this radius on."""


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
    lesion = _draw_lesion(
        background_hu,
        click,
        tissue=tissue,
        radius_mm=radius_mm,
        step_mm=step_mm,
        difficulty=difficulty,
        rng=rng,
    )
    if _reaches_air(background_hu, lesion):
        return None
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
    add_distractors(hu, lesion, look, scanner=scanner, mask=mask, rng=rng)
    mix(hu, body, look, scanner, rng)
    visible = contrast(hu[body.box], part, ring, difficulty=difficulty)
    return None if visible is None else Implanted(hu, mask, str(tissue), visible)


def _draw_lesion(
    background: Floats,
    click: Point,
    *,
    tissue: Tissue,
    radius_mm: float,
    step_mm: float,
    difficulty: float,
    rng: np.random.Generator,
) -> Lesion:
    z, y, x = (slice(max(round(at) - 1, 0), round(at) + 2) for at in click)
    growth = draw_growth(rng, tissue, float(background[z, y, x].mean()))
    may_have_spicules = tissue is Tissue.LUNG and radius_mm > _SPICULATED_FROM_MM
    spiculated = may_have_spicules and rng.random() < _SPICULATED_SHARE
    shape = draw_shape(rng, radius_mm / step_mm, spiculated=spiculated)
    centre = _draw_centre(rng, shape, click, background.shape, reach=0.35 + 0.6 * difficulty)
    return Lesion(tissue, growth, shape, centre, radius_mm, difficulty)


def _reaches_air(background: Floats, lesion: Lesion) -> bool:
    """Say, from a few voxels, whether the lesion's body would lie in air: cheap, before growing."""
    if lesion.tissue is Tissue.LUNG:
        return False
    places = tuple(
        np.arange(_LOOKED_AT // 2, size, _LOOKED_AT, dtype=np.float32) for size in background.shape
    )
    z, y, x = (axis - np.float32(at) for axis, at in zip(places, lesion.centre, strict=True))
    inside = lesion.shape.lobes[0].level((z[:, None, None], y[:, None], x)) > 0
    looked_at = background[(slice(_LOOKED_AT // 2, None, _LOOKED_AT),) * 3][inside]
    return bool(looked_at.size) and bool(np.mean(looked_at < AIR_HU) > _MOST_AIR)


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
    background: Floats, lesion: Lesion, scanner: Scanner, click: Point, rng: np.random.Generator
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
    if outlined is None or not is_lump(outlined[1], lesion.shape.radius, background.size):
        return None
    return outlined


def _draw_visible_look(
    lesion: Lesion, body: Body, mask: Bools, ring: Bools, rng: np.random.Generator
) -> Look | None:
    """Draw looks until one stands out from what surrounds the lesion."""
    host_hu, around = median(body.host[mask]), body.host[ring]
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
