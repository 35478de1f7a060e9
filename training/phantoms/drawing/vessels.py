"""Branching vessels: trees of tapering rods that grow away from a root."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from training.phantoms.drawing.grid import FloatArray, Grid, Point
from training.phantoms.drawing.shapes import box_around, capsule, cover, paint

__all__ = ["Branch", "grow_tree", "paint_branches"]

SMALLEST_RADIUS_MM = 0.5
"""Thinner vessels are not resolved in a routine CT."""

NARROWING = 0.79
"""A child's radius over its parent's: 2 ** (-1/3), Murray's law for two equal children."""


@dataclass(frozen=True)
class Branch:
    """One rod of a tree, from `start` to `end`, with its radius at either end, in mm."""

    start: Point
    end: Point
    radius: float
    end_radius: float


def grow_tree(
    rng: np.random.Generator, root: Point, direction: Point, *, radius: float, spread: float = 0.55
) -> tuple[Branch, ...]:
    """Grow a tree of vessels from `root` until its branches are too thin to be seen.

    Args:
        rng: source of the tree's shape.
        root: where it starts, (z, y, x) mm.
        direction: where its stem heads.
        radius: of the stem, mm.
        spread: how far a child turns from its parent (0 = straight on, 1 = about 45 degrees).
    """
    heading = np.asarray(direction) / np.linalg.norm(direction)
    return tuple(_grow(rng, np.asarray(root), heading, radius, spread))


def _grow(
    rng: np.random.Generator, start: FloatArray, heading: FloatArray, radius: float, spread: float
) -> Iterator[Branch]:
    if radius < SMALLEST_RADIUS_MM:
        return
    length = rng.uniform(4.0, 7.0) * (radius + 0.8)
    end = start + heading * length
    yield Branch(_point(start), _point(end), radius, radius * NARROWING)
    turn = _cross(heading, rng.standard_normal(3))
    for side in (1, -1):
        child = heading + side * spread * turn / np.linalg.norm(turn) + rng.normal(0, 0.12, 3)
        child_radius = radius * NARROWING * rng.uniform(0.85, 1.0)
        yield from _grow(rng, end, child / np.linalg.norm(child), child_radius, spread)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Give the cross product; for two single vectors numpy's own takes thirty times as long."""
    (a0, a1, a2), (b0, b1, b2) = a.tolist(), b.tolist()
    return np.array([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0])


def _point(place: FloatArray) -> Point:
    return float(place[0]), float(place[1]), float(place[2])


def paint_branches(
    hu: FloatArray,
    grid: Grid,
    branches: tuple[Branch, ...],
    value: float,
    *,
    within: FloatArray | None = None,
    softness: float = 1.3,
) -> None:
    """Paint the branches that a grid can see, in place; `within` (z, y, x) limits them, 0 to 1."""
    for branch in branches:
        box = grid.near(*box_around((branch.start, branch.end), branch.radius + softness))
        part = grid.part(box)
        if 0 in part.shape:
            continue
        distance = capsule(part, branch.start, branch.end, branch.radius, branch.end_radius)
        covered = cover(distance, softness)
        if within is not None:
            covered = covered * within[box]
        paint(hu[box], covered, value)
