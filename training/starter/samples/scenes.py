"""Synthetic scans as backgrounds, so that anyone can train without data."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_patch import Point
from training.phantoms.drawing.grid import Grid
from training.phantoms.drawing.scanner import Scanner
from training.phantoms.scenes import draw_scene, draw_spacing
from training.starter.samples.bank import Bank
from training.starter.samples.scans import Scan, make_scan
from training.starter.settings.recipe import Samples
from training.starter.settings.scan_settings import Phantoms
from uls.workshop.progress import progress

__all__ = ["scene_bank"]


def scene_bank(count: int, settings: Samples, *, seed: int, workers: int = 1) -> Bank:
    """Draw scans of synthetic chests, abdomens and thighs without lesions: seconds each.

    Args:
        count: how many.
        settings: how they are drawn, and what counts as a place for a lesion.
        seed: the same seed draws the same scans, however many workers there are.
        workers: processes that draw.
    """
    draw = partial(_draw_hu, phantoms=settings.phantoms, seed=seed)
    with ProcessPoolExecutor(max(workers, 1), get_context("fork")) as pool:
        drawn = progress(pool.map(draw, range(count)), "Drawing scans", total=count, unit="scan")
        return Bank(
            tuple(
                _scan(index, *one, settings=settings, seed=seed) for index, one in enumerate(drawn)
            )
        )


def _draw_hu(index: int, *, phantoms: Phantoms, seed: int) -> tuple[npt.NDArray[np.int16], Point]:
    """Draw one scan: HU (z, y, x), and its spacing (z, y, x) in mm."""
    rng = np.random.default_rng([seed, 3, index])
    scene, spacing = draw_scene(rng), draw_spacing(rng)
    z, y, x = (
        round(extent / step) for extent, step in zip(phantoms.extent_mm, spacing[::-1], strict=True)
    )
    grid = Grid.around(scene.host.place, shape_zyx=(z, y, x), spacing=spacing)
    scanner = Scanner(
        seed=int(rng.integers(2**31)),
        noise_hu=float(rng.uniform(*phantoms.noise_hu)),
        smoothing=int(rng.integers(0, phantoms.most_smoothing + 1)),
    )
    return scanner.scan(scene.anatomy.render(grid)), spacing[::-1]


def _scan(
    index: int, hu: npt.NDArray[np.int16], spacing: Point, *, settings: Samples, seed: int
) -> Scan:
    return make_scan(f"scene-{index}", hu, spacing, settings=settings, seed=seed + index)
