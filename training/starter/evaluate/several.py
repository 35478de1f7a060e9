"""Synthetic scans with several lesions, near each other or touching, and clicks on each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from training.data.cases.click_choice import Voxel, choose_clicks
from training.phantoms.drawing.grid import Grid, Point
from training.phantoms.drawing.lesion import Lesion
from training.phantoms.drawing.scanner import Scanner
from training.phantoms.scenes import Scene, draw_look, draw_scene, draw_spacing
from uls.geometry.voi import Spacing

__all__ = ["SeveralLesions", "draw_several"]

_SEED, _FAMILY = 2023_1122, 5
"""A family of its own: neither evaluated alone nor tuned on."""

_FIELD_MM = 200.0
_MOST_VOXELS_ZYX = (128, 256, 256)
_MOST_LESIONS = 5
_TOUCHING_EVERY = 3
"""In every third scan lesions touch."""

_SIZE = (0.6, 1.5)
_GAP_MM = (2.0, 20.0)
_FEWEST_VOXELS = 27
_HEALTHY_CLICKS = 2
_HEALTHY_MM = (12.0, 50.0)
"""From the nearest lesion."""

_HEALTHY_HU = 25.0
"""What differs by less from the lesions' host, without noise, is the same tissue."""

Mask = npt.NDArray[np.bool_]
Hu = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class SeveralLesions:
    """One scan.

    Attributes:
        name: of the scan.
        scan_hu: with all lesions.
        alone_hu: with each lesion alone, otherwise the same.
        masks: of the lesions; no voxel is in two.
        clicks: one in each lesion.
        healthy: clicks in the lesions' host, away from all of them.
        spacing_mm: along (x, y, z).
        touching: whether any two lesions touch.
    """

    name: str
    scan_hu: Hu
    alone_hu: tuple[Hu, ...]
    masks: tuple[Mask, ...]
    clicks: tuple[Voxel, ...]
    healthy: tuple[Voxel, ...]
    spacing_mm: Spacing
    touching: bool


def draw_several(index: int) -> SeveralLesions:
    """Draw scan `index`: the same in every run."""
    rng = np.random.default_rng([_SEED, _FAMILY, index])
    while True:
        drawn = _draw(
            rng, f"several-{index:03d}", touching=index % _TOUCHING_EVERY == _TOUCHING_EVERY - 1
        )
        if len(drawn.masks) > 1:
            return drawn


def _draw(rng: np.random.Generator, name: str, *, touching: bool) -> SeveralLesions:
    scene, spacing = draw_scene(rng), draw_spacing(rng)
    lesions = [scene.lesion]
    for _ in range(rng.integers(1, _MOST_LESIONS)):
        lesions.append(_beside(rng, scene, touching=touching))
    z, y, x = (
        min(most, int(_FIELD_MM / step))
        for most, step in zip(_MOST_VOXELS_ZYX, spacing[::-1], strict=True)
    )
    grid = Grid.around(scene.lesion.centre, shape_zyx=(z, y, x), spacing=spacing)
    kept, masks = _own_masks(scene, lesions, grid)
    scanner = Scanner(
        seed=int(rng.integers(2**31)),
        noise_hu=float(rng.uniform(4, 25)),
        smoothing=int(rng.integers(0, 4)),
    )
    plain = np.asarray(scene.anatomy.render(grid))
    within = scene.anatomy.within(grid, scene.host)

    def scanned(lesions: Sequence[Lesion]) -> Hu:
        """Show some lesions in the scan; the first one is painted over the others."""
        hu = plain.copy()
        for lesion in reversed(lesions):
            lesion.paint(hu, grid, within)
        return scanner.scan(hu)

    return SeveralLesions(
        name=name,
        scan_hu=scanned(kept),
        alone_hu=tuple(scanned([one]) for one in kept),
        masks=tuple(masks),
        clicks=tuple(choose_clicks(mask, 1, seed=int(rng.integers(2**31)))[0] for mask in masks),
        healthy=tuple(_healthy(rng, plain - scene.host.hu, masks, spacing)) if masks else (),
        spacing_mm=spacing,
        touching=touching,
    )


def _beside(rng: np.random.Generator, scene: Scene, *, touching: bool) -> Lesion:
    """Draw another lesion near the first one, of the same kind."""
    first = scene.lesion
    radius = first.radius * float(rng.uniform(*_SIZE))
    away = rng.standard_normal(3)
    gap = 0.0 if touching else float(rng.uniform(*_GAP_MM))
    apart = (0.85 if touching else 1.2) * (first.radius + radius) + gap
    z, y, x = np.asarray(first.centre) + away / np.linalg.norm(away) * apart
    place: Point = (float(z), float(y), float(x))
    look = draw_look(rng, scene.host)
    return Lesion.draw(rng, place, diameter=2 * radius, look=look)


def _own_masks(scene: Scene, lesions: list[Lesion], grid: Grid) -> tuple[list[Lesion], list[Mask]]:
    """Give each lesion what it is painted last on; too small ones are left out."""
    kept, masks = list[Lesion](), list[Mask]()
    taken = np.zeros(grid.shape, dtype=bool)
    for lesion in lesions:
        mask = Scene(scene.anatomy, scene.host, lesion).mask(grid) & ~taken
        if np.count_nonzero(mask) >= _FEWEST_VOXELS:
            kept.append(lesion)
            masks.append(mask)
            taken |= mask
    return kept, masks


def _healthy(
    rng: np.random.Generator,
    off_host_hu: npt.NDArray[np.floating],
    masks: Sequence[Mask],
    spacing: Spacing,
) -> Iterator[Voxel]:
    """Choose voxels of the lesions' host at some distance from all lesions."""
    apart = ndimage.distance_transform_edt(~np.any(masks, axis=0), sampling=spacing[::-1])
    near, far = _HEALTHY_MM
    same = np.abs(off_host_hu) < _HEALTHY_HU
    places = np.argwhere(same & (apart > near) & (apart < far))
    if len(places):
        for z, y, x in places[rng.integers(len(places), size=_HEALTHY_CLICKS)]:
            yield int(z), int(y), int(x)
