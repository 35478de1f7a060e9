"""A chest: two lungs with their vessels, heart and great vessels, a dome of liver below."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.phantoms.anatomy.base import AIR, BLOOD, FAT, MUSCLE, Host, Trunk, paint_bone
from training.phantoms.drawing.grid import FloatArray, Grid, Point
from training.phantoms.drawing.shapes import cover, cylinder, ellipsoid, paint, paint_solid
from training.phantoms.drawing.vessels import Branch, grow_tree, paint_branches
from training.phantoms.drawing.waves import Waves

__all__ = ["Chest"]


@dataclass(frozen=True)
class Chest:
    """One person's chest at the height of the heart."""

    trunk: Trunk
    lung_hu: float
    dome_top_mm: float
    """Height of the right dome of the diaphragm; the left one lies 15 mm lower."""
    vessels: tuple[Branch, ...]
    airways: tuple[Branch, ...]
    border: Waves
    parenchyma: Waves

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Draw a chest of adult size."""
        size = rng.uniform(0.88, 1.08)
        trunk = Trunk(
            cavity_yx=(88 * size, 130 * size),
            muscle_mm=rng.uniform(16, 26),
            fat_mm=rng.uniform(6, 28),
            rib_pitch_mm=rng.uniform(25, 31),
            rib_phase_mm=rng.uniform(0, 30),
            wave=Waves.draw(rng, 38.0),
        )
        return cls(
            trunk=trunk,
            lung_hu=rng.uniform(-890, -790),
            dome_top_mm=rng.uniform(-75, -30),
            vessels=_lung_trees(rng, size, radius=4.6),
            airways=_bronchi(size),
            border=Waves.draw(rng, 60.0),
            parenchyma=Waves.draw(rng, 9.0),
        )

    def render(self, grid: Grid) -> FloatArray:
        """HU of the chest on a grid, (z, y, x)."""
        hu = self.trunk.render(grid)
        self._paint_mediastinum(hu, grid)
        lungs = cover(self._lungs(grid), 1.5)
        _, y, _ = grid.axes
        paint(hu, lungs, self.lung_hu + 0.25 * y + 14 * self.parenchyma.on(grid))
        paint_branches(hu, grid, self.vessels, 30.0, within=lungs)
        for airway in (0.0, 1.6):  # first the walls, then the air in them
            branches = tuple(
                Branch(b.start, b.end, b.radius - airway, b.end_radius - airway)
                for b in self.airways
            )
            paint_branches(hu, grid, branches, AIR + 20 if airway else 20.0)
        self._paint_breastbone(hu, grid)
        return hu

    def host(self, rng: np.random.Generator) -> Host:
        """Choose a place in a lung, often near the chest wall; now and then in the mediastinum."""
        if rng.random() < 0.2:
            place = (
                float(rng.uniform(-30, 30)),
                float(rng.uniform(-20, 25)),
                float(rng.uniform(-18, 18)),
            )
            return Host("mediastinum", place, 30.0, FAT)
        side = rng.choice((-1, 1))
        angle, depth = rng.uniform(-1.0, 1.0), rng.uniform(0.55, 0.9)
        half_y, half_x = self.trunk.cavity_yx
        place = (
            float(rng.uniform(-15, 40)),
            float(depth * half_y * np.sin(angle)),
            float(side * depth * half_x * np.cos(angle)),
        )
        return Host("lung", place, 60.0, self.lung_hu)

    def within(self, grid: Grid, host: Host) -> FloatArray | None:
        """Lesions of the lung end at the pleura."""
        return cover(self._lungs(grid), 1.5) if host.name == "lung" else None

    def _lungs(self, grid: Grid) -> FloatArray:
        """Signed distance to the lungs: the cavity less mediastinum, heart, spine and diaphragm."""
        border = 2.5 * self.border.on(grid)
        half_y, half_x = self.trunk.cavity_yx
        outside = [
            -cylinder(grid, (0.0, 2.0), (1.3 * half_y, 0.2 * half_x)) + border,
            -self._heart(grid, 8.0),
            -cylinder(grid, (half_y - 24, 0.0), (22, 27)),
            -self._dome(grid, -1),
            -self._dome(grid, 1),
        ]
        distance = self.trunk.cavity(grid) + 2.5
        for solid in outside:
            distance = np.maximum(distance, solid)
        return distance

    def _heart(self, grid: Grid, margin: float = 0.0) -> FloatArray:
        return ellipsoid(grid, (-38, -22, 24), (52 + margin, 40 + margin, 54 + margin))

    def _dome(self, grid: Grid, side: int) -> FloatArray:
        """Signed distance to what lies below a half of the diaphragm."""
        half_y, half_x = self.trunk.cavity_yx
        top = self.dome_top_mm - (15 if side > 0 else 0)
        return ellipsoid(grid, (top - 110, 5, side * 0.5 * half_x), (110, half_y, 0.56 * half_x))

    def _paint_mediastinum(self, hu: FloatArray, grid: Grid) -> None:
        half_y = self.trunk.cavity_yx[0]
        inside = cover(self.trunk.cavity(grid) + 2, 1.5)
        for side, organ in ((-1, 108.0), (1, 60.0)):
            dome = self._dome(grid, side)
            paint(hu, inside * cover(dome, 1.5), MUSCLE)
            paint(hu, inside * cover(dome + 3, 1.5), organ)
        heart = self._heart(grid)
        paint_solid(hu, heart, MUSCLE + 35, softness=2.5)
        paint_solid(hu, ellipsoid(grid, (-36, -30, 12), (36, 25, 24)), BLOOD, softness=3.0)
        paint_solid(hu, ellipsoid(grid, (-42, -14, 42), (32, 19, 22)), BLOOD + 10, softness=3.0)
        above = -30 - grid.axes[0]
        paint_solid(hu, np.maximum(cylinder(grid, (-20, 2), (15, 16)), above), BLOOD + 10)
        paint_solid(hu, np.maximum(cylinder(grid, (-12, -26), (8, 9)), above), BLOOD)
        paint_solid(hu, np.maximum(cylinder(grid, (2, 22), (11, 13)), above), BLOOD - 5)
        paint_solid(hu, cylinder(grid, (0.48 * half_y, 20), (12, 12)), BLOOD + 10)
        paint_solid(hu, cylinder(grid, (0.36 * half_y, 4), (5, 7)), 45.0)

    def _paint_breastbone(self, hu: FloatArray, grid: Grid) -> None:
        bone = cylinder(grid, (-self.trunk.cavity_yx[0] - 6, 0.0), (6, 17)) + grid.zeros()
        paint_bone(hu, bone, 1.3, 130.0)


def _lung_trees(rng: np.random.Generator, size: float, radius: float) -> tuple[Branch, ...]:
    """Grow vessels from either hilum: to the apex, forward, outward, back and to the base."""
    headings: tuple[Point, ...] = (
        (1, 0.1, 0.6),
        (0.8, -0.6, 0.9),
        (0.2, -0.9, 0.7),
        (0.1, -0.2, 1),
        (0.2, 0.6, 1),
        (-0.5, 0.1, 1),
        (-1, 0.5, 0.5),
        (-1, -0.3, 0.7),
    )
    return tuple(
        branch
        for side in (-1, 1)
        for z, y, x in headings
        for branch in grow_tree(rng, (5, 0, side * 36 * size), (z, y, side * x), radius=radius)
    )


def _bronchi(size: float) -> tuple[Branch, ...]:
    """Trachea, main bronchi and the first lobar bronchi, with their outer radii."""
    fork: Point = (22, 4, 0)
    branches = [Branch((160, 4, 0), fork, 10.0, 9.5)]
    for side in (-1, 1):
        hilum: Point = (2, 4, side * 36 * size)
        branches.append(Branch(fork, hilum, 7.5, 6.0))
        for height, forward in ((22, -12), (-4, -22), (-28, 14)):
            branches.append(Branch(hilum, (2 + height, 4 + forward, side * 54 * size), 4.4, 3.2))
    return tuple(branches)
