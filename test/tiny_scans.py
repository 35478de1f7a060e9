"""A small scan with a bright ball in it, for tests of the starter model's training."""

from functools import cache

import numpy as np
import numpy.typing as npt

from training.starter.samples.bank import Bank
from training.starter.samples.scans import Scan, make_scan
from training.starter.samples.stream import Material
from training.starter.settings.recipe import DEFAULT_RECIPE, Recipe, read_recipe

SPACING = (2.0, 1.0, 1.0)
CENTRE = (20, 40, 44)
RADIUS_MM = 10.0
SAMPLES = read_recipe(DEFAULT_RECIPE).samples
"""How the recipe draws samples."""


def ball() -> tuple[npt.NDArray[np.int16], npt.NDArray[np.bool_]]:
    """Soft tissue of 40 HU in air, with a ball of 120 HU; HU and the ball's mask."""
    z, y, x = np.indices((40, 80, 80))
    away = sum(
        ((at - centre) * step) ** 2
        for at, centre, step in zip((z, y, x), CENTRE, SPACING, strict=True)
    )
    mask = away <= RADIUS_MM**2
    hu = np.where((y > 5) & (y < 75) & (x > 5) & (x < 75), 40, -1000)
    hu[mask] = 120
    return hu.astype(np.int16), mask


@cache
def ball_scan() -> Scan:
    hu, mask = ball()
    return make_scan("ball", hu, SPACING, [mask], settings=SAMPLES, seed=0)


def ball_bank() -> Bank:
    return Bank((ball_scan(),))


def ball_material() -> Material:
    return Material(ball_bank())


def tiny_recipe(**training: object) -> Recipe:
    """The recipe with a network and batches small enough for a test, and real lesions only."""
    recipe = read_recipe(DEFAULT_RECIPE)
    small = {
        "batch_size": 2,
        "corrected_samples": 0,
        "steps": 4,
        "validation_patches": 2,
        "warm_up_steps": 2,
        "cool_down_steps": 0,
    }
    return Recipe.model_validate(
        {
            "seed": 5,
            "network": {"widths": (8, 8), "blocks": (1, 1)},
            "samples": recipe.samples.model_dump() | {"real_share": 1.0},
            "training": recipe.training.model_dump() | small | training,
        }
    )
