"""Training and held-out cases: patches around a click, drawn from numbered seeds."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from training.synthetic.grid import Grid
from training.synthetic.scanner import Scanner
from training.synthetic.scenes import draw_scene, draw_spacing
from uls.voi import Spacing

__all__ = ["HELD_OUT", "TRAINING", "Case", "draw_case", "draw_cases", "pad_scan"]

TRAINING, HELD_OUT = 1, 2
"""The two families of seeds; the sample's own seeds belong to neither."""

_CASES_AHEAD = 32
"""How many cases wait in memory at most."""


@dataclass(frozen=True)
class Case:
    """An image with the click in voxel `shape // 2`, the clicked lesion's mask, and what it is."""

    hu: npt.NDArray[np.int16]
    mask: npt.NDArray[np.bool_]
    spacing: Spacing
    host: str
    diameter_mm: float


def draw_case(index: int, *, family: int, seed: int, patch_zyx: tuple[int, int, int]) -> Case:
    """Draw case `index` of a family: always the same for the same seed."""
    rng = np.random.default_rng([seed, family, index])
    while True:
        scene, spacing = draw_scene(rng), draw_spacing(rng)
        click = scene.click(rng, spacing)
        if click is not None:
            break
    hu, mask = scene.render(Grid.around(click, shape_zyx=patch_zyx, spacing=spacing))
    return Case(
        hu=pad_scan(rng, _draw_scanner(rng).scan(hu)),
        mask=mask,
        spacing=spacing,
        host=scene.host.name,
        diameter_mm=2 * scene.lesion.radius,
    )


def _draw_scanner(rng: np.random.Generator) -> Scanner:
    return Scanner(
        seed=int(rng.integers(2**31)),
        noise_hu=float(rng.uniform(4, 25)),
        smoothing=int(rng.integers(0, 4)),
    )


def pad_scan(rng: np.random.Generator, hu: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Every third scan ends inside the patch on one side: beyond it lies its minimum less one."""
    if rng.random() > 1 / 3:
        return hu
    axis, side = int(rng.integers(3)), int(rng.integers(2))
    size = hu.shape[axis]
    beyond = int(rng.uniform(0.05, 0.4) * size)
    outside = slice(0, beyond) if side == 0 else slice(size - beyond, size)
    padded = hu.copy()
    padded[(slice(None),) * axis + (outside,)] = hu.min() - 1
    return padded


def draw_cases(
    count: int, *, family: int, seed: int, patch_zyx: tuple[int, int, int], workers: int
) -> Iterator[Case]:
    """Draw cases 0, 1, ... in order, in worker processes that run a few cases ahead."""
    draw = partial(draw_case, family=family, seed=seed, patch_zyx=patch_zyx)
    coming: deque[Future[Case]] = deque()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for index in range(count):
            coming.append(pool.submit(draw, index))
            if len(coming) > _CASES_AHEAD:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
