"""The shapes of synthetic lesions: lobulated, uneven ellipsoids, sometimes with spicules.

A shape is a level set in units of the lesion's radius: 0 on the surface, positive inside.
"""

from dataclasses import dataclass

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.fields import Floats, noise

__all__ = ["Box", "LesionShape", "Lobe", "draw_shape"]

Box = tuple[slice, slice, slice]

_ROUGHNESS_SCALES = ((1.2, 1.0), (0.6, 0.65), (0.3, 0.4))
"""Unevenness at these scales, in radii, with these relative strengths."""

_FINEST = 1.3
"""Unevenness finer than this many voxels cannot be seen."""

_MARGIN = 4
"""Patch voxels around a shape for blur, partial volume and the ring it is compared with."""


@dataclass(frozen=True)
class Lobe:
    """One ellipsoid.

    Attributes:
        offset: its middle, from the lesion's, in patch voxels (z, y, x).
        to_unit: (3, 3), takes places around its middle to a ball of radius 1.
        weight: its size relative to the lesion's: how deep its middle lies, in radii.
    """

    offset: Floats
    to_unit: Floats
    weight: float

    def level(self, places: tuple[Floats, Floats, Floats]) -> Floats:
        """Give the level set at places around the lesion's middle."""
        z, y, x = (axis - middle for axis, middle in zip(places, self.offset, strict=True))
        # |A p|^2 of the quadratic form, term by term: the outer products broadcast.
        form = self.to_unit.T @ self.to_unit
        squared = form[0, 0] * z * z + form[1, 1] * y * y + 2 * form[0, 1] * z * y
        squared = squared + (form[2, 2] * x * x + 2 * x * (form[0, 2] * z + form[1, 2] * y))
        level: Floats = self.weight * (1 - np.sqrt(np.maximum(squared, 0)))
        return level

    def reach(self) -> Floats:
        """How far its bounding box reaches from the lesion's middle along each axis."""
        half: Floats = np.linalg.norm(np.linalg.inv(self.to_unit), axis=1)
        return np.abs(self.offset) + half


@dataclass(frozen=True)
class LesionShape:
    """A lesion's shape around its own middle.

    Attributes:
        radius: mean radius in patch voxels.
        lobes: the first is the body.
        roughness: of the surface, in radii.
        spicules: strands from the middle outwards, (n, 3), patch voxels.
    """

    radius: float
    lobes: tuple[Lobe, ...]
    roughness: float
    spicules: Floats

    def box(self, centre: Point, shape: tuple[int, ...], *, beyond_z: float = 0.0) -> Box:
        """Give the part of a patch of that shape that the lesion may reach.

        Thick slices carry it farther along z: `beyond_z` voxels.
        """
        reach = np.max([lobe.reach() for lobe in self.lobes], axis=0)
        if len(self.spicules):
            reach = np.maximum(reach, np.abs(self.spicules).max(axis=0))
        reach = reach * (1 + 1.2 * self.roughness) + (_MARGIN + beyond_z, _MARGIN, _MARGIN)
        z, y, x = (
            slice(max(int(at - far), 0), max(min(int(np.ceil(at + far)) + 1, size), 0))
            for at, far, size in zip(centre, reach, shape, strict=True)
        )
        return z, y, x

    def level(self, box: Box, centre: Point, rng: np.random.Generator) -> Floats:
        """Draw the level set on a part of the patch, with a random uneven surface."""
        axes = [
            np.arange(part.start, part.stop, dtype=np.float32) - np.float32(at)
            for part, at in zip(box, centre, strict=True)
        ]
        places = (axes[0][:, None, None], axes[1][:, None], axes[2])
        level = self.lobes[0].level(places)
        for lobe in self.lobes[1:]:
            np.maximum(level, lobe.level(places), out=level)
        for scale, strength in _ROUGHNESS_SCALES:
            if scale * self.radius > _FINEST:
                level += self.roughness * strength * noise(rng, level.shape, scale * self.radius)
        for tip in self.spicules:
            np.maximum(level, _spicule(places, tip, self.radius), out=level)
        return level

    def place_in_body(self, rng: np.random.Generator, reach: float) -> Floats:
        """Draw a place in the body, from the lesion's middle; reach 1: up to its surface."""
        inside = _direction(rng) * rng.random() ** (1 / 3) * reach
        place: Floats = np.linalg.solve(self.lobes[0].to_unit, inside).astype(np.float32)
        return place


def draw_shape(rng: np.random.Generator, radius: float, *, spiculated: bool = False) -> LesionShape:
    """Draw a shape of about a mean radius in patch voxels: one to four lobes, some elongated."""
    axes = np.exp(rng.normal(0, 0.2, 3))
    if rng.random() < 0.2:
        axes[rng.integers(3)] *= rng.uniform(1.3, 2.0)
    body = _lobe(rng, np.zeros(3), radius, axes, weight=1.0)
    lobes = [body]
    for _ in range(rng.integers(1, 4) if rng.random() < 0.4 else 0):
        weight = float(rng.uniform(0.4, 0.8))
        offset = np.linalg.solve(body.to_unit, _direction(rng) * rng.uniform(0.5, 1.0))
        lobes.append(_lobe(rng, offset, radius, np.exp(rng.normal(0, 0.2, 3)), weight=weight))
    strands = rng.integers(4, 14) if spiculated else 0
    tips = [_direction(rng) * radius * rng.uniform(1.2, 1.8) for _ in range(strands)]
    return LesionShape(
        radius=radius,
        lobes=tuple(lobes),
        roughness=float(rng.uniform(0.02, 0.16)),
        spicules=np.asarray(tips, dtype=np.float32).reshape(-1, 3),
    )


def _lobe(
    rng: np.random.Generator, offset: np.ndarray, radius: float, axes: np.ndarray, *, weight: float
) -> Lobe:
    axes = np.clip(axes / axes.prod() ** (1 / 3), 0.6, 1.6)
    turned, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    to_unit = turned / (radius * weight * axes)[:, None]
    return Lobe(offset.astype(np.float32), to_unit.astype(np.float32), weight)


def _direction(rng: np.random.Generator) -> np.ndarray:
    direction = rng.standard_normal(3)
    return direction / np.linalg.norm(direction)


def _spicule(places: tuple[Floats, Floats, Floats], tip: Floats, radius: float) -> Floats:
    """Give the level set of a strand from the middle to its tip, getting thinner."""
    z, y, x = places
    length = float(np.linalg.norm(tip))
    along = (z * tip[0] + y * tip[1] + x * tip[2]) / (length * length)
    squared = z * z + y * y + x * x - (along * length) ** 2
    width = np.maximum(0.8, 0.16 * radius) * (1.1 - np.clip(along, 0, 1))
    level = (width - np.sqrt(np.maximum(squared, 0))) / radius
    return np.where((along > 0) & (along < 1), level, np.float32(-1)).astype(np.float32)
