"""A synthetic lesion: a lobulated, uneven solid, sometimes with spicules."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.phantoms.drawing.grid import Box, FloatArray, Grid, Point
from training.phantoms.drawing.shapes import box_around, capsule, cover, ellipsoid, paint
from training.phantoms.drawing.waves import Waves

__all__ = ["Lesion", "LesionLook"]

_BLEND_MM = 1.5
"""Over about this distance two lobes flow into each other."""


@dataclass(frozen=True)
class LesionLook:
    """How a lesion shows in CT, apart from its shape."""

    hu: float
    mottle_hu: float = 8.0
    core_hu: float | None = None
    """HU of a (necrotic) core, the inner half of the lesion; None for an even lesion."""
    edge_mm: float = 1.5
    """Over how many mm it fades into its surroundings."""
    spicules: int = 0


@dataclass(frozen=True)
class Lesion:
    """A lesion in space. `distance` says where it is, `paint` draws it."""

    centre: Point
    radius: float
    lobes: tuple[tuple[Point, Point], ...]
    """Centre and half-axes (z, y, x) of each lobe, mm; the first is the body."""
    roughness: Waves
    roughness_mm: float
    mottle: Waves
    spicules: tuple[tuple[Point, Point], ...]
    look: LesionLook

    @classmethod
    def draw(
        cls, rng: np.random.Generator, centre: Point, *, diameter: float, look: LesionLook
    ) -> Self:
        """Draw a lesion of about `diameter` mm: a body and up to five lobes on it."""
        radius = diameter / 2
        lobes = [(centre, _radii(rng, 0.78 * radius))]
        for _ in range(rng.integers(0, 6)):
            place = np.asarray(centre) + _direction(rng) * radius * rng.uniform(0.45, 0.75)
            lobes.append((_point(place), _radii(rng, radius * rng.uniform(0.28, 0.48))))
        return cls(
            centre=centre,
            radius=radius,
            lobes=tuple(lobes),
            roughness=Waves.draw(rng, max(0.5 * radius, 5.0)),
            roughness_mm=radius * rng.uniform(0.02, 0.07),
            mottle=Waves.draw(rng, max(0.6 * radius, 4.0)),
            spicules=tuple(_spicule(rng, centre, radius) for _ in range(look.spicules)),
            look=look,
        )

    def box(self, grid: Grid, margin: float = 4.0) -> Box:
        """Give the voxels that the lesion's body may reach."""
        return grid.near(*box_around((self.centre,), 1.35 * self.radius + margin))

    def distance(self, grid: Grid) -> FloatArray:
        """Signed distance to the lesion's surface in mm, spicules left out; shape of the grid."""
        lobes = [ellipsoid(grid, centre, radii) for centre, radii in self.lobes]
        # A smooth minimum: lobes blend as drops do, instead of meeting in a crease.
        total = sum(np.exp(np.clip(-lobe / _BLEND_MM, -40, 40)) for lobe in lobes)
        smooth: FloatArray = -_BLEND_MM * np.log(total)
        return smooth + self.roughness_mm * self.roughness.on(grid)

    def paint(self, hu: FloatArray, grid: Grid, within: FloatArray | None = None) -> None:
        """Draw the lesion in place; `within` (z, y, x), 0 to 1, limits it to its organ."""
        self._paint_spicules(hu, grid, within)
        box = self.box(grid)
        part = grid.part(box)
        if 0 in part.shape:
            return
        distance = self.distance(part)
        covered = cover(distance, self.look.edge_mm)
        if within is not None:
            covered = covered * within[box]
        paint(hu[box], covered, self._inside(part, distance))

    def _inside(self, part: Grid, distance: FloatArray) -> FloatArray:
        values = self.look.hu + self.look.mottle_hu * self.mottle.on(part)
        if self.look.core_hu is not None:
            core = cover(distance + 0.4 * self.radius, 0.25 * self.radius)
            values += core * (self.look.core_hu - self.look.hu)
        return values

    def _paint_spicules(self, hu: FloatArray, grid: Grid, within: FloatArray | None) -> None:
        for start, end in self.spicules:
            box = grid.near(*box_around((start, end), 2.5))
            part = grid.part(box)
            if 0 in part.shape:
                continue
            covered = cover(capsule(part, start, end, 1.6, 0.2), 1.4)
            paint(hu[box], covered if within is None else covered * within[box], self.look.hu - 60)


def _radii(rng: np.random.Generator, radius: float) -> Point:
    z, y, x = radius * np.exp(rng.normal(0, 0.15, 3))
    return float(z), float(y), float(x)


def _direction(rng: np.random.Generator) -> FloatArray:
    direction = rng.standard_normal(3)
    return direction / np.linalg.norm(direction)


def _spicule(rng: np.random.Generator, centre: Point, radius: float) -> tuple[Point, Point]:
    """Draw a strand from inside the lesion to a little beyond its surface."""
    outward = _direction(rng)
    tip = np.asarray(centre) + outward * radius * rng.uniform(1.15, 1.75)
    return _point(np.asarray(centre) + outward * 0.6 * radius), _point(tip)


def _point(place: FloatArray) -> Point:
    return float(place[0]), float(place[1]), float(place[2])
