"""Synthetic lesions of the protocol: scenes whose seeds no training ever draws."""

import numpy as np

from training.phantoms.drawing.grid import Grid, Point
from training.phantoms.drawing.scanner import Scanner
from training.phantoms.scenes import draw_scene, draw_spacing
from training.starter.evaluate.cases import Lesion

__all__ = ["TUNING", "VALIDATION", "draw_lesion"]

VALIDATION, TUNING = 3, 4
"""Families of seeds: what is evaluated, and what peers are tuned on."""

_SEED = 2023_1122
"""Of both families."""

_FIELD_MM = 200.0
"""Side of the field that is scanned, so that a click off the lesion's centre still sees around."""

_MOST_VOXELS_ZYX = (128, 256, 256)
_OFF_CENTRE_MM = 30.0
"""How far the lesion may lie from the scan's centre along each axis."""

_FEWEST_VOXELS = 27


def draw_lesion(index: int, *, family: int = VALIDATION) -> Lesion:
    """Draw lesion `index` of a family in a scan of its own: the same in every run."""
    rng = np.random.default_rng([_SEED, family, index])
    while True:
        lesion = _draw(rng, f"synthetic-{family}-{index:03d}")
        if np.count_nonzero(lesion.mask) >= _FEWEST_VOXELS:
            return lesion


def _draw(rng: np.random.Generator, name: str) -> Lesion:
    scene, spacing = draw_scene(rng), draw_spacing(rng)
    z, y, x = (
        min(most, int(_FIELD_MM / step))
        for most, step in zip(_MOST_VOXELS_ZYX, spacing[::-1], strict=True)
    )
    centre = _near(rng, scene.lesion.centre)
    hu, mask = scene.render(Grid.around(centre, shape_zyx=(z, y, x), spacing=spacing))
    scanner = Scanner(
        seed=int(rng.integers(2**31)),
        noise_hu=float(rng.uniform(4, 25)),
        smoothing=int(rng.integers(0, 4)),
    )
    scan_hu = scanner.scan(hu)
    return Lesion(name, "synthetic", scan_hu, mask, spacing, float(scan_hu.min()) - 1)


def _near(rng: np.random.Generator, place: Point) -> Point:
    z, y, x = (at + float(rng.uniform(-_OFF_CENTRE_MM, _OFF_CENTRE_MM)) for at in place)
    return z, y, x
