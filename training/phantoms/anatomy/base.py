"""What every part of the body shares: tissues in HU, the trunk's layers, ribs and spine."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from training.phantoms.drawing.grid import FloatArray, Grid, Point
from training.phantoms.drawing.shapes import cover, cylinder, paint, paint_solid
from training.phantoms.drawing.waves import Waves

__all__ = ["AIR", "BLOOD", "FAT", "MUSCLE", "Anatomy", "Host", "Trunk", "paint_bone"]

# HU of tissues in a contrast-enhanced CT in the portal venous phase, rounded textbook values.
AIR, FAT, MUSCLE, BLOOD, MARROW, CORTEX = -1000.0, -100.0, 58.0, 155.0, 230.0, 700.0


@dataclass(frozen=True)
class Host:
    """Where a lesion may sit: the tissue that surrounds it, by place and typical HU."""

    name: str
    place: Point
    room_mm: float
    """About the largest lesion diameter that fits."""
    hu: float


class Anatomy(Protocol):
    """A part of the body, drawn once and rendered on any grid."""

    def render(self, grid: Grid) -> FloatArray:
        """Render HU of the part without lesions and noise, (z, y, x)."""
        ...

    def host(self, rng: np.random.Generator) -> Host:
        """Choose a place for a lesion."""
        ...

    def within(self, grid: Grid, host: Host) -> FloatArray | None:
        """Say where the host's lesions may spread, 0 to 1, (z, y, x); None: anywhere."""
        ...


def paint_bone(
    hu: FloatArray, distance: FloatArray, wall_mm: float, marrow: float = MARROW
) -> None:
    """Paint a solid with a shell of dense bone `wall_mm` thick around marrow."""
    paint_solid(hu, distance, CORTEX)
    paint_solid(hu, distance + wall_mm, marrow, softness=1.6)


@dataclass(frozen=True)
class Trunk:
    """Skin, fat, muscle, ribs and spine around a cavity: half-axes (y, x) in mm."""

    cavity_yx: tuple[float, float]
    muscle_mm: float
    fat_mm: float
    rib_pitch_mm: float
    rib_phase_mm: float
    wave: Waves

    def cavity(self, grid: Grid) -> FloatArray:
        """Signed distance to the cavity's wall, (1, y, x)."""
        return cylinder(grid, (0.0, 0.0), self.cavity_yx)

    def render(self, grid: Grid) -> FloatArray:
        """Render the wall's layers around a cavity full of fat."""
        hu = grid.zeros(AIR)
        wall = self.cavity(grid)
        uneven = 3.0 * self.wave.on(grid)
        # Fat is thicker at the back and the sides of the belly than over the breastbone.
        skin = wall - self.muscle_mm - self.fat_mm
        paint_solid(hu, skin, 20.0, softness=1.5)
        paint_solid(hu, skin + 2.0, FAT - 6 + 2 * uneven, softness=1.5)
        muscles = wall - self.muscle_mm + 0.8 * uneven
        paint_solid(hu, muscles, MUSCLE, softness=2.0)
        seams = cover(np.abs(uneven) - 0.25, 0.6) * cover(muscles + 3, 2) * (wall > 9)
        paint(hu, 0.7 * seams, FAT)
        self._paint_ribs(hu, grid, wall)
        paint_solid(hu, wall + 1.0, FAT, softness=1.5)
        self._paint_spine(hu, grid)
        return hu

    def _paint_ribs(self, hu: FloatArray, grid: Grid, wall: FloatArray) -> None:
        """Rings around the cavity, lower at the front; their front part is cartilage."""
        z, y, _ = grid.axes
        slope = 0.5
        height = (z - slope * y + self.rib_phase_mm) % self.rib_pitch_mm - self.rib_pitch_mm / 2
        across = height / np.sqrt(1 + slope**2)
        ring = (np.sqrt(((wall - 6.0) / 4.0) ** 2 + (across / 6.5) ** 2) - 1) * 4.0
        paint_bone(hu, np.where(y > -0.7 * self.cavity_yx[0], ring, 9.0), 1.5)
        paint_solid(hu, np.where(y > -0.7 * self.cavity_yx[0], 9.0, ring), 110.0)

    def _paint_spine(self, hu: FloatArray, grid: Grid) -> None:
        """Vertebral bodies with discs between them, arch, canal, processes and back muscles."""
        z = grid.axes[0]
        back = self.cavity_yx[0]
        for side in (-1, 1):
            paint_solid(hu, cylinder(grid, (back + 4, side * 30), (17, 23)), MUSCLE, softness=2.0)
        disc = np.abs((z + 0.3 * self.rib_phase_mm) % 27.0 - 13.5) > 10.5
        body = cylinder(grid, (back - 24, 0.0), (15, 19)) + grid.zeros()
        paint_solid(hu, body, 85.0)
        paint_bone(hu, np.where(disc, 9.0, body), 1.6, 190.0)
        paint_bone(hu, cylinder(grid, (back - 2, 0.0), (14, 16)) + grid.zeros(), 2.0, 260.0)
        paint_solid(hu, cylinder(grid, (back - 3, 0.0), (8, 9.5)), 25.0)
        beside = np.abs((z + 0.3 * self.rib_phase_mm + 0.5 * grid.axes[1]) % 27.0 - 13.5) - 9.0
        paint_bone(hu, np.maximum(cylinder(grid, (back + 20, 0.0), (14, 4.5)), beside), 1.5, 220.0)
