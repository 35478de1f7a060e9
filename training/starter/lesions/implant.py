"""Implanting synthetic lesions into a patch of CT, as if the scanner had seen them.

A shape is placed around the click, cut to the room it has, blurred and averaged over the slices as
the scan's other edges are, and mixed with the background on the slices; the mask is drawn there
too, where an annotator would. Further lesions of its kind follow.
"""

from dataclasses import dataclass

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.lesions.appearance import Look, draw_edge, draw_look
from training.starter.lesions.body import Body, Scanner, grow, is_lump, mix, outline
from training.starter.lesions.companions import Lesion, add_companions, count_of, draw_any_shape
from training.starter.lesions.fields import Bools, Floats, median
from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.lesions.shapes import Shape
from training.starter.lesions.slices import Slices
from training.starter.lesions.tissue import Tissue, beside_air, draw_growth, tissue_at
from training.starter.lesions.visible import contrast, ring_around, stands_out
from training.starter.settings.recipe import Samples
from training.starter.settings.sample_settings import Kind

__all__ = ["Implanted", "Place", "implant"]


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


@dataclass(frozen=True)
class Implanted:
    """A patch with lesions in it.

    Attributes:
        hu: float32, (z, y, x).
        lesions: the share of readers who drew each voxel; the first lesion holds the click.
        kind: the tissue they grew in, as `Tissue` names it.
        contrast: the first one's median HU minus that of the two voxels around it.
    """

    hu: Floats
    lesions: tuple[Floats, ...]
    kind: str
    contrast: float


def implant(
    place: Place,
    settings: Samples,
    *,
    radius_mm: float,
    shapes: ShapeBank | None,
    rng: np.random.Generator,
    difficulty: float,
) -> Implanted | None:
    """Implant a lesion that holds the click, and others beside it.

    Args:
        place: where.
        settings: how lesions look.
        radius_mm: the lesion's mean radius.
        shapes: of real nodules, if there are any.
        rng: the same one gives the same lesions.
        difficulty: 0 for well visible lesions clicked near their middle, to 1.

    Returns:
        The patch with its lesions, or None where this place or this draw does not do.
    """
    tissue = _tissue(place, settings)
    if tissue is None:
        return None
    slices = Slices.find(place.hu, place.slice_mm / place.step_mm)
    edge_mm = draw_edge(rng, settings.looks)
    scanner = Scanner(place.step_mm, place.pixel_mm, edge_mm, slices, settings)
    kind = settings.kinds[tissue.value]
    spiculated = _is_spiculated(tissue, radius_mm, settings, rng)
    radius = radius_mm / place.step_mm
    shape = draw_any_shape(rng, radius, kind, scanner, shapes, spiculated=spiculated)
    lesion = _placed(place, shape, tissue, settings, difficulty=difficulty, rng=rng)
    if _reaches_air(place.hu, lesion, shape, settings):
        return None
    clicked = _grow_clicked(place, lesion, shape, scanner, kind=kind, rng=rng)
    if clicked is None:
        return None
    body, part, share = clicked
    ring = ring_around(part, settings.visible)
    if beside_air(place.hu[body.box][ring], tissue, settings.tissues):
        return None
    look = _draw_visible_look(
        lesion,
        radius_mm,
        body,
        part,
        ring,
        settings=settings,
        difficulty=difficulty,
        rng=rng,
    )
    if look is None:
        return None
    drawn = np.zeros(place.hu.shape, dtype=np.float32)
    drawn[body.box] = share
    hu = place.hu.astype(np.float32, copy=True)
    count = count_of(kind.companion_shares, rng)
    others = add_companions(
        hu, lesion, look, drawn > 0, count=count, scanner=scanner, bank=shapes, rng=rng
    )
    mix(hu, body, look, scanner, rng)
    visible = contrast(hu[body.box], part, ring, settings.visible, difficulty=difficulty)
    return None if visible is None else Implanted(hu, (drawn, *others), str(tissue), visible)


def _tissue(place: Place, settings: Samples) -> Tissue | None:
    """Give the tissue at the click; the wanted kind where its host is found there."""
    there = tissue_at(place.hu, place.click, place.step_mm, settings.tissues)
    wanted = Tissue(place.kind)
    return wanted if there is wanted.host else there


def _is_spiculated(
    tissue: Tissue, radius_mm: float, settings: Samples, rng: np.random.Generator
) -> bool:
    shapes = settings.shapes
    may_be = tissue is Tissue.LUNG and radius_mm > shapes.spiculated_from_mm
    return may_be and bool(rng.random() < shapes.spiculated_share)


def _placed(
    place: Place,
    shape: Shape,
    tissue: Tissue,
    settings: Samples,
    *,
    difficulty: float,
    rng: np.random.Generator,
) -> Lesion:
    z, y, x = (slice(max(round(at) - 1, 0), round(at) + 2) for at in place.click)
    growth = draw_growth(rng, tissue, float(place.hu[z, y, x].mean()), settings.tissues)
    centre = _draw_centre(rng, shape, place, settings, difficulty)
    return Lesion(tissue, growth, shape.radius, centre)


def _reaches_air(background: Floats, lesion: Lesion, shape: Shape, settings: Samples) -> bool:
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


def _grow_clicked(
    place: Place,
    lesion: Lesion,
    shape: Shape,
    scanner: Scanner,
    *,
    kind: Kind,
    rng: np.random.Generator,
) -> tuple[Body, Bools, Floats] | None:
    """Grow the clicked lesion; None where it does not hold the click or is not a lump."""
    body = grow(
        place.hu,
        shape,
        lesion.centre,
        growth=lesion.growth,
        scanner=scanner,
        click=place.click,
        rng=rng,
    )
    outlined = None if body is None else outline(body, place.click, kind.outline_height)
    bodies = scanner.settings.bodies
    if outlined is None or not is_lump(outlined[1], shape.radius, place.hu.size, bodies):
        return None
    return outlined


def _draw_visible_look(
    lesion: Lesion,
    radius_mm: float,
    body: Body,
    mask: Bools,
    ring: Bools,
    *,
    settings: Samples,
    difficulty: float,
    rng: np.random.Generator,
) -> Look | None:
    """Draw looks until one stands out from what surrounds the lesion."""
    host_hu, around = median(body.host[mask]), body.host[ring]
    for _ in range(settings.looks.tried):
        look = draw_look(
            rng,
            lesion.tissue,
            settings.looks,
            host_hu=host_hu,
            radius_mm=radius_mm,
            difficulty=difficulty,
        )
        seen_hu = host_hu + look.blend * (look.hu - host_hu)
        if look.blend < 1 and lesion.growth.overgrows:  # ground glass ends where the lung does
            continue
        if stands_out(around, seen_hu, settings.visible, difficulty=difficulty):
            return look
    return None
