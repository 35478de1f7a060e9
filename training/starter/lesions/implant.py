"""Implanting synthetic lesions into a patch of CT, as if the scanner had seen them.

A shape is placed around the click, cut to the room it has, blurred and averaged over the slices as
the scan's other edges are, and mixed with the background on the slices; the mask is drawn there
too, where an annotator would. Further lesions of its kind follow.
"""

from dataclasses import dataclass

import numpy as np

from training.starter.lesions.appearance import Look, draw_edge, draw_look
from training.starter.lesions.body import Body, Scanner, grow, is_lump, mix, outline
from training.starter.lesions.companions import Lesion, add_companions, count_of, draw_any_shape
from training.starter.lesions.fields import Bools, Floats, median
from training.starter.lesions.placing import Place, is_spiculated, placed, reaches_air, tissue_of
from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.lesions.shape import Shape
from training.starter.lesions.slices import Slices
from training.starter.lesions.tissue import beside_air
from training.starter.lesions.visible import contrast, ring_around, stands_out
from training.starter.settings.recipe import Samples
from training.starter.settings.sample_settings import Kind

__all__ = ["Implanted", "implant"]


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


@dataclass(frozen=True, eq=False)
class _Clicked:
    """The lesion that is clicked, in its box of the patch.

    Attributes:
        body: what was grown.
        mask: what half of its readers draw.
        share: of readers who draw a voxel.
        ring: the voxels around the mask, with which it is compared.
    """

    body: Body
    mask: Bools
    share: Floats
    ring: Bools


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
    tissue = tissue_of(place, settings)
    if tissue is None:
        return None
    scanner = _scanner(place, settings, rng)
    kind = settings.kinds[tissue.value]
    spiculated = is_spiculated(tissue, radius_mm, settings, rng)
    radius = radius_mm / place.step_mm
    shape = draw_any_shape(rng, radius, kind, scanner, shapes, spiculated=spiculated)
    lesion = placed(place, shape, tissue, settings, difficulty=difficulty, rng=rng)
    if reaches_air(place.hu, lesion, shape, settings):
        return None
    clicked = _grow_clicked(place, lesion, shape, scanner, kind=kind, rng=rng)
    if clicked is None:
        return None
    look = _draw_visible_look(
        lesion, radius_mm, clicked, settings=settings, difficulty=difficulty, rng=rng
    )
    if look is None:
        return None
    return _mixed_in(
        place, lesion, look, clicked, scanner=scanner, difficulty=difficulty, bank=shapes, rng=rng
    )


def _scanner(place: Place, settings: Samples, rng: np.random.Generator) -> Scanner:
    """Say how the scan shows edges: how sharp they are, and over which slices."""
    slices = Slices.find(place.hu, place.slice_mm / place.step_mm)
    edge_mm = draw_edge(rng, settings.looks)
    return Scanner(place.step_mm, place.pixel_mm, edge_mm, slices, settings)


def _mixed_in(
    place: Place,
    lesion: Lesion,
    look: Look,
    clicked: _Clicked,
    *,
    scanner: Scanner,
    difficulty: float,
    bank: ShapeBank | None,
    rng: np.random.Generator,
) -> Implanted | None:
    """Mix the clicked lesion and its companions into the patch; None where it cannot be seen."""
    settings = scanner.settings
    body = clicked.body
    drawn = np.zeros(place.hu.shape, dtype=np.float32)
    drawn[body.box] = clicked.share
    hu = place.hu.astype(np.float32, copy=True)
    count = count_of(settings.kinds[lesion.tissue.value].companion_shares, rng)
    others = add_companions(
        hu, lesion, look, drawn > 0, count=count, scanner=scanner, bank=bank, rng=rng
    )
    mix(hu, body, look, scanner, rng)
    visible = contrast(
        hu[body.box], clicked.mask, clicked.ring, settings.visible, difficulty=difficulty
    )
    return None if visible is None else Implanted(hu, (drawn, *others), str(lesion.tissue), visible)


def _grow_clicked(
    place: Place,
    lesion: Lesion,
    shape: Shape,
    scanner: Scanner,
    *,
    kind: Kind,
    rng: np.random.Generator,
) -> _Clicked | None:
    """Grow the clicked lesion; None where it misses the click, is no lump, or lies beside air."""
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
    body, mask, share = outlined
    settings = scanner.settings
    ring = ring_around(mask, settings.visible)
    if beside_air(place.hu[body.box][ring], lesion.tissue, settings.tissues):
        return None
    return _Clicked(body, mask, share, ring)


def _draw_visible_look(
    lesion: Lesion,
    radius_mm: float,
    clicked: _Clicked,
    *,
    settings: Samples,
    difficulty: float,
    rng: np.random.Generator,
) -> Look | None:
    """Draw looks until one stands out from what surrounds the lesion."""
    host = clicked.body.host
    host_hu, around = median(host[clicked.mask]), host[clicked.ring]
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
