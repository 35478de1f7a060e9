"""Synthetic scans as backgrounds, so that anyone can train without data."""

import numpy as np
from tqdm import tqdm

from training.starter.scans import Bank, Scan, make_scan
from training.synthetic.grid import Grid
from training.synthetic.scanner import Scanner
from training.synthetic.scenes import draw_scene, draw_spacing

__all__ = ["scene_bank"]

_EXTENT_MM = (160.0, 280.0, 280.0)
"""How much of the body is drawn, (z, y, x)."""


def scene_bank(count: int, *, seed: int) -> Bank:
    """Draw scans of synthetic chests, abdomens and thighs without lesions: seconds each."""
    indices = tqdm(range(count), desc="drawing scans", unit="scan", disable=None)
    return Bank(tuple(_draw_scan(index, seed) for index in indices))


def _draw_scan(index: int, seed: int) -> Scan:
    rng = np.random.default_rng([seed, 3, index])
    scene, spacing = draw_scene(rng), draw_spacing(rng)
    z, y, x = (round(extent / step) for extent, step in zip(_EXTENT_MM, spacing[::-1], strict=True))
    grid = Grid.around(scene.host.place, shape_zyx=(z, y, x), spacing=spacing)
    scanner = Scanner(
        seed=int(rng.integers(2**31)),
        noise_hu=float(rng.uniform(4, 25)),
        smoothing=int(rng.integers(0, 4)),
    )
    hu = scanner.scan(scene.anatomy.render(grid))
    return make_scan(f"scene-{index}", hu, spacing[::-1], seed=seed + index)
