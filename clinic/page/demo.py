"""A chest that nobody has: a synthetic scan with lesions, for `--demo`. It needs no file."""

from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.scans.grid import Grid
from clinic.scans.scan import Scan

__all__ = ["LESIONS", "demo_scan"]

_SHAPE = (72, 288, 288)
_SPACING = (1.25, 1.25, 2.5)
_SEED = 23

LESIONS = (
    ((38.0, 128.0, 78.0), (11.0, 9.0, 10.0), 45.0),
    ((30.0, 168.0, 214.0), (7.0, 8.5, 7.0), 40.0),
    ((52.0, 108.0, 206.0), (5.5, 5.0, 5.5), 30.0),
)
"""Centres (z, y, x) in voxels, half axes in mm, HU."""


def demo_scan() -> Scan:
    """Make the scan; it is the same every time."""
    z, y, x = np.ogrid[tuple(slice(n) for n in _SHAPE)]
    hu = np.full(_SHAPE, -1000.0, np.float32)
    tall = 1 - 0.08 * ((z - 36) / 36.0) ** 2
    _fill(hu, (144, 144), (92 * tall, 126 * tall), -90)
    _fill(hu, (144, 144), (84 * tall, 117 * tall), 45)
    for middle in (86, 206):
        _fill(hu, (138, middle), (60 * tall, 40 * tall), -840)
    _fill(hu, (128, 150), (31, 27), 40)
    _fill(hu, (178, 160), (11, 11), 150)
    _fill(hu, (196, 144), (17, 19), 250)
    _fill(hu, (196, 144), (14, 16), 130)
    _ribs(hu, z, y, x)
    _vessels(hu)
    for centre, radii, value in LESIONS:
        _lesion(hu, centre, radii, value)
    grain = np.random.default_rng(_SEED).normal(0, 24, _SHAPE).astype(np.float32)
    soft = (grain + np.roll(grain, 1, 1) + np.roll(grain, 1, 2) + np.roll(grain, 1, 0)) / 2
    voxels = np.clip(np.rint(hu + soft), -1024, 3000).astype(np.int16)
    origin = tuple(-(n - 1) / 2 * step for n, step in zip(_SHAPE[::-1], _SPACING, strict=True))
    grid = Grid.checked("the demo", _SHAPE, _SPACING, origin, np.eye(3))
    return Scan(hu=voxels, grid=grid, format="nifti", warnings=("synthetic: no patient",))


def _fill(
    hu: npt.NDArray[Any], middle: tuple[float, float], radii: tuple[Any, Any], value: float
) -> None:
    _, y, x = np.ogrid[tuple(slice(n) for n in hu.shape)]
    (at_y, at_x), (down, across) = middle, radii
    inside = ((y - at_y) / down) ** 2 + ((x - at_x) / across) ** 2 <= 1
    hu[np.broadcast_to(inside, hu.shape)] = value


def _ribs(hu: npt.NDArray[Any], z: Any, y: Any, x: Any) -> None:
    ring = np.hypot((y - 144) / 77.0, (x - 144) / 109.0)
    slope = (z + 0.35 * np.abs(y - 144)) % 14
    hu[(np.abs(ring - 1) < 0.035) & (slope < 5) & (y > 84)] = 420


def _vessels(hu: npt.NDArray[Any]) -> None:
    random = np.random.default_rng(_SEED + 1)
    for _ in range(46):
        side = random.choice((-1, 1))
        at = np.array([random.uniform(10, 62), random.uniform(110, 165), 144.0 + side * 28])
        way = np.array([random.normal(0, 0.35), random.normal(0, 0.8), side])
        for step in range(44):
            at = at + way + random.normal(0, 0.15, 3)
            _ball(hu, at, max(2.6 - step * 0.05, 0.7))


def _ball(hu: npt.NDArray[Any], centre: npt.NDArray[Any], radius: float) -> None:
    low = np.maximum(np.floor(centre - radius - 1), 0).astype(int)
    part = hu[tuple(slice(a, a + 2 * int(radius) + 4) for a in low)]
    grid = np.ogrid[tuple(slice(a, a + n) for a, n in zip(low, part.shape, strict=True))]
    away = np.sqrt(sum((g - c) ** 2 for g, c in zip(grid, centre, strict=True)))
    solid = np.clip(radius - away + 0.5, 0, 1)
    lung = (part > -950) & (part < -700)
    part[lung] = np.maximum(part, -840 + 870 * solid)[lung]


def _lesion(
    hu: npt.NDArray[Any], centre: Any, radii: tuple[float, float, float], value: float
) -> None:
    grid = np.ogrid[tuple(slice(n) for n in _SHAPE)]
    steps = [(g - c) * s for g, c, s in zip(grid, centre, _SPACING[::-1], strict=True)]
    z, y, x = steps
    lumps = 1 + 0.08 * np.sin(3 * np.arctan2(y, x)) + 0.05 * np.cos(5 * np.arctan2(z, x))
    scaled = [s / r for s, r in zip(steps, radii, strict=True)]
    depth = (lumps - np.sqrt(sum(s**2 for s in scaled))) * min(radii)
    share = np.clip(depth / 1.6 + 0.5, 0, 1)
    hu[...] = hu * (1 - share) + value * share
