"""The fixed patches that training is watched on: lesions and seeds it never sees."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from torch import nn

from training.starter.precision import half_precision
from training.starter.real import draw_real
from training.starter.recipe import Recipe
from training.starter.samples import Sample, first_usable, network_input
from training.starter.scans import Bank
from training.starter.synthetic import draw_synthetic

__all__ = ["Validation", "validation_patches"]

_SEEDS = 7_777_777
"""Far from every seed that training uses."""


class Validation:
    """Patches with their masks; `dice` measures a network on them."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._inputs = [torch.from_numpy(network_input(sample)) for sample in samples]
        self._masks = [torch.from_numpy(sample.mask) for sample in samples]
        self._groups = ["real" if sample.real else "synthetic" for sample in samples]

    @torch.inference_mode()
    def dice(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Give the mean Dice of a network in inference mode, per group."""
        scores: dict[str, list[float]] = {}
        for image, mask, group in zip(self._inputs, self._masks, self._groups, strict=True):
            with half_precision(device):
                predicted = network(image[None].to(device))[0, 0].cpu() > 0
            overlap = 2 * int((predicted & mask).sum())
            total = int(predicted.sum()) + int(mask.sum())
            scores.setdefault(group, []).append(overlap / total)
        return {group: float(np.mean(values)) for group, values in sorted(scores.items())}


def validation_patches(training: Bank, held_out: Bank, recipe: Recipe) -> Validation:
    """Draw them: real lesions from held-out scans, synthetic ones from seeds of their own.

    Args:
        training: the bank whose scans synthetic lesions are implanted into.
        held_out: scans that training never reads; may be empty.
        recipe: says how many.
    """
    rng = np.random.default_rng([recipe.seed, _SEEDS])
    wanted, scans = recipe.training.validation_patches, held_out.with_lesions
    n_real = wanted // 2 if scans else 0

    def draw(index: int) -> Sample | None:
        if index < n_real:
            scan = scans[index % len(scans)]
            return draw_real(scan, recipe.samples, rng, difficulty=1.0)
        return draw_synthetic(training, recipe.samples, rng, difficulty=0.5)

    return Validation([first_usable(partial(draw, index)) for index in range(wanted)])
