"""Synthetic lesions beside a real one, so that a real one is not all there is to find."""

from dataclasses import replace

import numpy as np

from training.starter.lesions.appearance import draw_edge, draw_look
from training.starter.lesions.body import Scanner
from training.starter.lesions.companions import Lesion, add_companions
from training.starter.lesions.fields import median
from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.lesions.slices import Slices
from training.starter.lesions.tissue import Tissue, draw_growth, tissue_at
from training.starter.samples.samples import Scene
from training.starter.settings.recipe import Samples

__all__ = ["accompanied"]


def accompanied(
    scene: Scene,
    pixel_mm: float,
    settings: Samples,
    rng: np.random.Generator,
    shapes: ShapeBank | None,
) -> Scene:
    """Implant a lesion or two beside the first one, in some scenes, where there is room."""
    if rng.random() >= settings.real.companion_share:
        return scene
    mask = scene.lesions[0] > 0.5
    at = np.argwhere(mask)
    radius = (0.75 * len(at) / np.pi) ** (1 / 3)
    z, y, x = (float(axis) for axis in at.mean(0))
    tissue = _tissue_around(scene, (z, y, x), radius, settings, rng)
    if tissue is None:
        return scene
    slices = Slices.find(scene.hu, scene.slice_mm / scene.step_mm)
    edge_mm = draw_edge(rng, settings.looks)
    scanner = Scanner(scene.step_mm, pixel_mm, edge_mm, slices, settings)
    look = draw_look(
        rng,
        tissue,
        settings.looks,
        host_hu=median(scene.hu[mask]),
        radius_mm=radius * scene.step_mm,
        difficulty=1.0,
    )
    growth = draw_growth(rng, tissue, median(scene.hu[mask]), settings.tissues)
    lesion = Lesion(tissue, growth, radius, (z, y, x))
    hu = scene.hu.copy()
    taken = np.any([one > 0 for one in scene.lesions], axis=0)
    count = int(rng.integers(1, settings.real.most_companions + 1))
    others = add_companions(
        hu, lesion, look, taken, count=count, scanner=scanner, bank=shapes, rng=rng
    )
    return replace(scene, hu=hu, lesions=(*scene.lesions, *others))


def _tissue_around(
    scene: Scene,
    centre: tuple[float, float, float],
    radius: float,
    settings: Samples,
    rng: np.random.Generator,
) -> Tissue | None:
    for _ in range(settings.real.companion_sides):
        direction = rng.standard_normal(3)
        apart = settings.real.companion_reach * radius
        place = np.asarray(centre) + apart * direction / np.linalg.norm(direction)
        z, y, x = (float(axis) for axis in place)
        if all(0 <= round(axis) < size for axis, size in zip(place, scene.hu.shape, strict=True)):
            tissue = tissue_at(scene.hu, (z, y, x), scene.step_mm, settings.tissues)
            if tissue is not None:
                return tissue
    return None
