"""An upper abdomen: liver with its vessels, spleen, stomach, kidneys, great vessels, bowel."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.phantoms.anatomy.base import AIR, BLOOD, FAT, Host, Trunk
from training.phantoms.drawing.grid import FloatArray, Grid, Point
from training.phantoms.drawing.shapes import (
    cover,
    cylinder,
    ellipsoid,
    paint,
    paint_ellipsoid,
    paint_solid,
)
from training.phantoms.drawing.vessels import Branch, grow_tree, paint_branches
from training.phantoms.drawing.waves import Waves

__all__ = ["Abdomen"]


@dataclass(frozen=True)
class Abdomen:
    """One person's abdomen at the height of the liver's hilum."""

    trunk: Trunk
    liver_hu: float
    liver_shift: Point
    portal: tuple[Branch, ...]
    hepatic: tuple[Branch, ...]
    border: Waves
    texture: Waves
    bowel: tuple[tuple[Point, Point, float], ...]
    """Centre, half-axes and contents' HU of each loop."""

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Draw an abdomen of adult size in the portal venous phase."""
        size = rng.uniform(0.9, 1.1)
        trunk = Trunk(
            cavity_yx=(92 * size, 128 * size),
            muscle_mm=rng.uniform(13, 20),
            fat_mm=rng.uniform(8, 32),
            rib_pitch_mm=rng.uniform(26, 32),
            rib_phase_mm=rng.uniform(0, 30),
            wave=Waves.draw(rng, 42.0),
        )
        z, y, x = rng.uniform(-6, 6, 3)
        return cls(
            trunk=trunk,
            liver_hu=rng.uniform(85, 125),
            liver_shift=(float(z), float(y), float(x)),
            portal=_portal_tree(rng),
            hepatic=_hepatic_tree(rng),
            border=Waves.draw(rng, 70.0),
            texture=Waves.draw(rng, 7.0),
            bowel=_bowel(rng),
        )

    def render(self, grid: Grid) -> FloatArray:
        """Render HU of the abdomen on a grid, (z, y, x)."""
        hu = self.trunk.render(grid)
        inside = np.broadcast_to(cover(self.trunk.cavity(grid) + 3, 1.5), grid.shape)
        self._paint_bowel(hu, grid, inside)
        self._paint_retroperitoneum(hu, grid)
        self._paint_stomach(hu, grid, inside)
        texture = 5.0 * self.texture.on(grid)
        spleen = ellipsoid(grid, (15, 42, 98), (52, 38, 26)) + self.border.on(grid)
        paint(hu, inside * cover(spleen, 1.5), self.liver_hu + 12 + texture)
        liver = cover(self._liver(grid), 1.5)
        paint(hu, liver, self.liver_hu + texture)
        paint_branches(hu, grid, self.portal, self.liver_hu + 45, within=liver)
        paint_branches(hu, grid, self.hepatic, self.liver_hu + 38, within=liver)
        paint_ellipsoid(hu, grid, (-48, -42, -42), (24, 20, 15), 70.0)
        paint_ellipsoid(hu, grid, (-48, -42, -42), (22, 18, 13), 8.0)
        return hu

    def host(self, rng: np.random.Generator) -> Host:
        """Choose a place in the liver, sometimes in the fat around the great vessels."""
        if rng.random() < 0.25:
            place = (
                float(rng.uniform(-50, 10)),
                float(rng.uniform(0, 30)),
                float(rng.uniform(-15, 30)),
            )
            return Host("retroperitoneum", place, 35.0, FAT)
        angle, depth = rng.uniform(-np.pi, np.pi), rng.uniform(0.1, 0.65)
        place = (
            float(rng.uniform(-35, 45)),
            float(4 + depth * 68 * np.sin(angle)),
            float(-62 + depth * 56 * np.cos(angle)),
        )
        return Host("liver", place, 60.0, self.liver_hu)

    def within(self, grid: Grid, host: Host) -> FloatArray | None:
        """Lesions of the liver end at its capsule."""
        return cover(self._liver(grid), 1.5) if host.name == "liver" else None

    def _liver(self, grid: Grid) -> FloatArray:
        """Signed distance to the liver: right and left lobe, within the cavity, less the porta."""
        z, y, x = self.liver_shift
        right = ellipsoid(grid, (5 + z, 4 + y, -62 + x), (92, 84, 72))
        left = ellipsoid(grid, (22 + z, -44 + y, 2 + x), (46, 34, 78))
        lobes = np.minimum(right, left) + 2.5 * self.border.on(grid)
        porta = ellipsoid(grid, (-22, 6, -8), (34, 20, 26))
        behind = cylinder(grid, (self.trunk.cavity_yx[0] - 24, -2.0), (32, 36))
        distance: FloatArray = np.maximum(lobes, self.trunk.cavity(grid) + 4)
        for solid in (porta, behind):
            distance = np.maximum(distance, -solid)
        return distance

    def _paint_stomach(self, hu: FloatArray, grid: Grid, inside: FloatArray) -> None:
        """Draw a wall, food in fluid, and a bubble of gas that lies in front."""
        wall = ellipsoid(grid, (10, -26, 62), (60, 42, 44)) + 2 * self.border.on(grid)
        lumen = inside * cover(wall + 4, 1.2)
        paint(hu, inside * cover(wall, 1.5), 75.0)
        paint(hu, lumen, 22.0 + 12 * self.texture.on(grid))
        paint(hu, lumen * cover(grid.axes[1] + 42, 1.0), AIR + 10)

    def _paint_retroperitoneum(self, hu: FloatArray, grid: Grid) -> None:
        back = self.trunk.cavity_yx[0]
        for side in (-1, 1):
            kidney: Point = (-62, back - 38, side * 62)
            paint_ellipsoid(hu, grid, kidney, (54, 27, 30), 180.0)
            paint_ellipsoid(hu, grid, kidney, (44, 17, 20), 130.0, softness=4.0)
            paint_ellipsoid(hu, grid, (-62, back - 42, side * 44), (22, 9, 15), FAT, softness=3.0)
        paint_solid(hu, cylinder(grid, (back - 52, 9), (11, 11)), BLOOD + 15)
        paint_solid(hu, cylinder(grid, (back - 56, -24), (11, 14)), BLOOD - 15)
        pancreas = ellipsoid(grid, (-30, 14, 26), (13, 10, 46)) + 1.5 * self.texture.on(grid)
        paint_solid(hu, pancreas, 90.0, softness=2.0)

    def _paint_bowel(self, hu: FloatArray, grid: Grid, inside: FloatArray) -> None:
        for centre, radii, contents in self.bowel:
            z, y, x = radii
            paint_ellipsoid(hu, grid, centre, radii, 70.0, within=inside)
            paint_ellipsoid(hu, grid, centre, (z - 3, y - 3, x - 3), contents, within=inside)


def _portal_tree(rng: np.random.Generator) -> tuple[Branch, ...]:
    hilum: Point = (-12, 8, -22)
    headings: tuple[Point, ...] = ((0.3, -0.1, -1), (-0.5, 0.5, -1), (0.6, -0.9, 0.5))
    return tuple(b for heading in headings for b in grow_tree(rng, hilum, heading, radius=5.0))


def _hepatic_tree(rng: np.random.Generator) -> tuple[Branch, ...]:
    crown: Point = (55, 32, -24)
    headings: tuple[Point, ...] = ((-0.5, -0.2, -1), (-0.5, -1, -0.6), (-0.3, -1, 0.4))
    return tuple(b for heading in headings for b in grow_tree(rng, crown, heading, radius=4.2))


def _bowel(rng: np.random.Generator) -> tuple[tuple[Point, Point, float], ...]:
    """Loops in the lower left: some hold fluid, some gas."""
    loops = []
    for _ in range(9):
        centre = (rng.uniform(-110, -30), rng.uniform(-70, 5), rng.uniform(-50, 95))
        radii = (rng.uniform(16, 34), rng.uniform(10, 17), rng.uniform(12, 24))
        contents = AIR + 60 if rng.random() < 0.3 else float(rng.uniform(5, 45))
        loops.append((centre, radii, contents))
    return tuple(loops)
