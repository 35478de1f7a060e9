"""Every number that decides what the smoke model becomes."""

from dataclasses import dataclass

__all__ = ["SMOKE", "SmokeRecipe"]

Zyx = tuple[int, int, int]


@dataclass(frozen=True)
class SmokeRecipe:
    """A tiny nnU-Net for one patch around the click, trained for a few minutes on two CPU cores."""

    seed: int = 23
    patch_zyx: Zyx = (48, 96, 96)

    features: tuple[int, ...] = (4, 16, 32, 64, 64)
    strides: tuple[Zyx, ...] = ((1, 1, 1), (2, 2, 2), (2, 2, 2), (2, 2, 2), (2, 2, 2))
    blocks: tuple[int, ...] = (1, 2, 2, 2, 2)
    lesion_prior_logit: float = -4.0
    """What the untrained network says everywhere: hardly any voxel is lesion."""

    training_scenes: int = 360
    uses_per_scene: int = 3
    """How often a scene is shown, each time mirrored and recoloured in another way."""
    batch_size: int = 1
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    click_weight: float = 8.0
    """How much more a voxel counts near the click, which always lies in the lesion."""
    click_sigma_voxels: float = 5.0

    held_out_scenes: int = 24
    statistics_scenes: int = 48
    """How many training scenes the HU statistics of lesions are taken from."""

    @property
    def steps(self) -> int:
        """Optimiser steps in the whole run."""
        return self.training_scenes * self.uses_per_scene // self.batch_size


SMOKE = SmokeRecipe()
