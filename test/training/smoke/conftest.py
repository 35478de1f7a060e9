import dataclasses

import pytest
import torch

from training.smoke.recipe import SMOKE, SmokeRecipe


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tests run side by side: threads of one would wait for those of another."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny() -> SmokeRecipe:
    """A recipe that trains in seconds."""
    return dataclasses.replace(
        SMOKE,
        patch_zyx=(8, 32, 32),
        features=(2, 4),
        strides=((1, 1, 1), (2, 2, 2)),
        blocks=(1, 1),
        training_scenes=20,
        uses_per_scene=2,
        statistics_scenes=4,
        learning_rate=2e-2,
    )
