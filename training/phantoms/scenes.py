"""A scene: a part of the body, the clicked lesion and, sometimes, others that were not clicked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.phantoms.anatomy import Abdomen, Anatomy, Chest, Host, Limb
from training.phantoms.drawing.grid import FloatArray, Grid, Point
from training.phantoms.drawing.lesion import Lesion, LesionLook
from uls.geometry.voi import Spacing

__all__ = ["Scene", "draw_scene", "draw_spacing"]

SMALLEST_MM, LARGEST_MM = 8.0, 60.0

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scene:
    """Anatomy, the lesion that is clicked, and its distractors; rendered on any grid."""

    anatomy: Anatomy
    host: Host
    lesion: Lesion
    distractors: tuple[Lesion, ...] = ()

    def render(self, grid: Grid) -> tuple[FloatArray, BoolArray]:
        """HU without noise, and the mask of the clicked lesion, both (z, y, x)."""
        hu = self.anatomy.render(grid)
        within = self.anatomy.within(grid, self.host)
        for lesion in (*self.distractors, self.lesion):
            lesion.paint(hu, grid, within)
        return hu, self.mask(grid)

    def mask(self, grid: Grid) -> BoolArray:
        """Mark the clicked lesion: voxels whose centre lies inside it and inside its organ."""
        mask = np.zeros(grid.shape, dtype=bool)
        box = self.lesion.box(grid)
        part = grid.part(box)
        if 0 in part.shape:
            return mask
        inside = self.lesion.distance(part) < 0
        within = self.anatomy.within(part, self.host)
        mask[box] = inside if within is None else inside & (within > 0.5)
        return mask

    def click(self, rng: np.random.Generator, spacing: Spacing) -> Point | None:
        """Click any voxel of the lesion; None if no voxel of its organ holds it."""
        reach = 1.35 * self.lesion.radius
        z, y, x = (2 * int(np.ceil(reach / step)) + 1 for step in spacing[::-1])
        grid = Grid.around(self.lesion.centre, shape_zyx=(z, y, x), spacing=spacing)
        voxels = np.argwhere(self.mask(grid))
        if len(voxels) == 0:
            return None
        z, y, x = voxels[rng.integers(len(voxels))]
        return float(grid.z[z]), float(grid.y[y]), float(grid.x[x])


def draw_spacing(rng: np.random.Generator) -> Spacing:
    """Draw a routine CT's spacing (x, y, z) in mm: square pixels, slices from 0.8 to 5 mm."""
    pixel = float(rng.uniform(0.6, 0.98))
    return pixel, pixel, float(rng.choice((0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.27, 5.0)))


def draw_scene(rng: np.random.Generator) -> Scene:
    """Draw a scene: chest, abdomen or thigh, one lesion of 8 to 60 mm, up to two distractors."""
    anatomies: tuple[type[Chest] | type[Abdomen] | type[Limb], ...] = (Chest, Abdomen, Limb)
    anatomy = anatomies[rng.integers(len(anatomies))].draw(rng)
    host = anatomy.host(rng)
    largest = min(LARGEST_MM, host.room_mm)
    diameter = float(np.exp(rng.uniform(np.log(SMALLEST_MM), np.log(largest))))
    lesion = Lesion.draw(rng, host.place, diameter=diameter, look=draw_look(rng, host))
    return Scene(anatomy, host, lesion, _draw_distractors(rng, host, lesion))


def draw_look(rng: np.random.Generator, host: Host) -> LesionLook:
    """How a lesion of this tissue may look: brighter or darker, even or with a core."""
    mottle, edge = float(rng.uniform(2, 14)), float(rng.uniform(1.0, 3.0))
    if host.name == "lung":
        ground_glass = rng.random() < 0.15
        hu = float(rng.uniform(-600, -250) if ground_glass else rng.uniform(0, 110))
        return LesionLook(hu, mottle, edge_mm=edge, spicules=int(rng.integers(0, 30)))
    if host.name in ("mediastinum", "retroperitoneum", "fat"):
        return LesionLook(float(rng.uniform(10, 120)), mottle, edge_mm=edge)
    darker = rng.random() < 0.7
    hu = host.hu - float(rng.uniform(25, 90)) if darker else host.hu + float(rng.uniform(25, 90))
    core = hu - float(rng.uniform(15, 50)) if rng.random() < 0.3 else None
    return LesionLook(hu, mottle, core_hu=core, edge_mm=edge)


def _draw_distractors(rng: np.random.Generator, host: Host, lesion: Lesion) -> tuple[Lesion, ...]:
    """Up to two lesions of the same kind beside the clicked one, at a distance from it."""
    distractors = []
    for _ in range(rng.choice((0, 0, 1, 2))):
        diameter = float(rng.uniform(SMALLEST_MM, max(2 * lesion.radius, 1.5 * SMALLEST_MM)))
        away = rng.standard_normal(3)
        away *= (1.35 * (lesion.radius + diameter / 2) + rng.uniform(2, 15)) / np.linalg.norm(away)
        z, y, x = (float(part) for part in np.asarray(lesion.centre) + away)
        distractors.append(
            Lesion.draw(rng, (z, y, x), diameter=diameter, look=draw_look(rng, host))
        )
    return tuple(distractors)
