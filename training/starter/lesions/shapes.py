"""The shapes of synthetic lesions: lobulated, uneven ellipsoids, sometimes with spicules.

A shape is a level set in units of the lesion's radius: 0 on the surface, positive inside.
"""

from dataclasses import dataclass

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.lesions.fields import Floats
from training.starter.lesions.shape import Box, Places, places_in, reach_box, roughened
from training.starter.settings.lesion_settings import Shapes
from training.starter.settings.strict_table import Range

__all__ = ["LesionShape", "Lobe", "draw_shape"]


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

    def level(self, places: Places) -> Floats:
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
        settings: of the surface and the spicules.
    """

    radius: float
    lobes: tuple[Lobe, ...]
    roughness: float
    spicules: Floats
    settings: Shapes

    def box(self, centre: Point, shape: tuple[int, ...], *, beyond_z: float = 0.0) -> Box:
        """Give the part of a patch of that shape that the lesion may reach.

        Thick slices carry it farther along z: `beyond_z` voxels.
        """
        reach = np.max([lobe.reach() for lobe in self.lobes], axis=0)
        if len(self.spicules):
            reach = np.maximum(reach, np.abs(self.spicules).max(axis=0))
        return reach_box(reach * (1 + 1.2 * self.roughness), centre, shape, beyond_z)

    def body_level(self, places: Places) -> Floats:
        """Give the level set of the first lobe alone."""
        return self.lobes[0].level(places)

    def levels(self, box: Box, centre: Point, rng: np.random.Generator) -> Floats:
        """Draw the level set on a part of the patch, with a random uneven surface."""
        places = places_in(box, centre)
        level = self.lobes[0].level(places)
        for lobe in self.lobes[1:]:
            np.maximum(level, lobe.level(places), out=level)
        level = roughened(level, self.roughness, self.radius, self.settings, rng)
        for tip in self.spicules:
            np.maximum(level, self._spicule(places, tip), out=level)
        return level[None]

    def _spicule(self, places: Places, tip: Floats) -> Floats:
        """Give the level set of a strand from the middle to its tip, getting thinner."""
        z, y, x = places
        length, settings = float(np.linalg.norm(tip)), self.settings
        along = (z * tip[0] + y * tip[1] + x * tip[2]) / (length * length)
        squared = z * z + y * y + x * x - (along * length) ** 2
        thick = max(settings.spicule_least_voxels, settings.spicule_width * self.radius)
        width = thick * (settings.spicule_taper - np.clip(along, 0, 1))
        level = (width - np.sqrt(np.maximum(squared, 0))) / self.radius
        return np.where((along > 0) & (along < 1), level, np.float32(-1)).astype(np.float32)

    def place_in_body(self, rng: np.random.Generator, reach: Range) -> Floats:
        """Draw a place in the body, from the lesion's middle; reach 1: at its surface."""
        near, far = reach[0] ** 3, reach[1] ** 3
        inside = _direction(rng) * (near + rng.random() * (far - near)) ** (1 / 3)
        place: Floats = np.linalg.solve(self.lobes[0].to_unit, inside).astype(np.float32)
        return place


def draw_shape(
    rng: np.random.Generator, radius: float, settings: Shapes, *, spiculated: bool = False
) -> LesionShape:
    """Draw a shape of about a mean radius in patch voxels: one to four lobes, some elongated."""
    axes = np.exp(rng.normal(0, settings.axes_sd, 3))
    if rng.random() < settings.elongated_share:
        axes[rng.integers(3)] *= rng.uniform(*settings.elongation)
    body = _lobe(rng, np.zeros(3), radius, axes, settings, weight=1.0)
    lobes = [body]
    more = rng.integers(1, settings.most_lobes + 1) if rng.random() < settings.lobed_share else 0
    for _ in range(more):
        weight = float(rng.uniform(*settings.lobe_size))
        offset = np.linalg.solve(body.to_unit, _direction(rng) * rng.uniform(*settings.lobe_offset))
        axes = np.exp(rng.normal(0, settings.axes_sd, 3))
        lobes.append(_lobe(rng, offset, radius, axes, settings, weight=weight))
    strands = rng.integers(settings.spicules[0], settings.spicules[1] + 1) if spiculated else 0
    tips = [
        _direction(rng) * radius * rng.uniform(*settings.spicule_length) for _ in range(strands)
    ]
    return LesionShape(
        radius=radius,
        lobes=tuple(lobes),
        roughness=float(rng.uniform(*settings.roughness)),
        spicules=np.asarray(tips, dtype=np.float32).reshape(-1, 3),
        settings=settings,
    )


def _lobe(
    rng: np.random.Generator,
    offset: np.ndarray,
    radius: float,
    axes: np.ndarray,
    settings: Shapes,
    *,
    weight: float,
) -> Lobe:
    axes = np.clip(axes / axes.prod() ** (1 / 3), *settings.axes_limits)
    turned, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    to_unit = turned / (radius * weight * axes)[:, None]
    return Lobe(offset.astype(np.float32), to_unit.astype(np.float32), weight)


def _direction(rng: np.random.Generator) -> np.ndarray:
    direction = rng.standard_normal(3)
    return direction / np.linalg.norm(direction)
