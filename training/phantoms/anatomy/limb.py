"""A pair of thighs: skin, fat, muscles with fatty seams, a femur and vessels in each."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.phantoms.anatomy.base import AIR, BLOOD, FAT, MUSCLE, Host, paint_bone
from training.phantoms.drawing.grid import FloatArray, Grid
from training.phantoms.drawing.shapes import cover, cylinder, paint, paint_solid
from training.phantoms.drawing.waves import Waves

__all__ = ["Limb"]


@dataclass(frozen=True)
class Limb:
    """Two thighs, 2 * `half_gap_mm` between their axes."""

    radii_yx: tuple[float, float]
    fat_mm: float
    half_gap_mm: float
    muscle_hu: float
    femur_mm: float
    seams: Waves
    border: Waves

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Draw thighs from lean to obese."""
        radii = (float(rng.uniform(65, 100)), float(rng.uniform(62, 95)))
        return cls(
            radii_yx=radii,
            fat_mm=rng.uniform(5, 26),
            half_gap_mm=radii[1] + rng.uniform(0, 12),
            muscle_hu=MUSCLE + rng.uniform(-18, 12),
            femur_mm=rng.uniform(12, 16),
            seams=Waves.draw(rng, 55.0),
            border=Waves.draw(rng, 80.0),
        )

    def render(self, grid: Grid) -> FloatArray:
        """HU of the thighs on a grid, (z, y, x)."""
        hu = grid.zeros(AIR)
        for side in (-1, 1):
            self._paint_thigh(hu, grid, side)
        return hu

    def host(self, rng: np.random.Generator) -> Host:
        """Choose a place in the muscles of a thigh, or in its fat."""
        side = rng.choice((-1, 1))
        angle, depth = rng.uniform(-np.pi, np.pi), rng.uniform(0.3, 0.85)
        half_y, half_x = self.radii_yx
        place = (
            0.0,
            float(depth * half_y * np.sin(angle)),
            float(side * self.half_gap_mm + depth * half_x * np.cos(angle)),
        )
        in_fat = depth > 1 - self.fat_mm / min(self.radii_yx)
        return Host("fat" if in_fat else "muscle", place, 60.0, FAT if in_fat else self.muscle_hu)

    def within(self, grid: Grid, host: Host) -> FloatArray | None:
        """Lesions end at the skin."""
        nearest = np.minimum(self._skin(grid, -1), self._skin(grid, 1))
        return np.broadcast_to(cover(nearest + 3, 1.5), grid.shape)

    def _skin(self, grid: Grid, side: int) -> FloatArray:
        return cylinder(grid, (0.0, side * self.half_gap_mm), self.radii_yx)

    def _paint_thigh(self, hu: FloatArray, grid: Grid, side: int) -> None:
        skin = self._skin(grid, side)
        paint_solid(hu, skin, 20.0, softness=1.5)
        paint_solid(hu, skin + 2, FAT, softness=1.5)
        border, seams = self.border.on(grid), self.seams.on(grid)
        muscles = skin + self.fat_mm + 3 * border
        paint_solid(hu, muscles, self.muscle_hu + 4 * border, softness=2.0)
        paint(hu, 0.8 * cover(np.abs(seams) - 0.07, 0.08) * cover(muscles + 3, 2), FAT)
        middle = side * self.half_gap_mm
        femur = cylinder(grid, (-8.0, middle), (self.femur_mm, self.femur_mm)) + grid.zeros()
        paint_bone(hu, femur, 5.0, -40.0)
        for dy, dx, radius in ((4, -26, 4.5), (12, -24, 5.5), (34, -4, 3.0)):
            vessel = cylinder(grid, (dy, middle + side * dx), (radius, radius))
            paint_solid(hu, vessel, 0.5 * (BLOOD + MUSCLE))
