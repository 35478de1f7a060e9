"""The fixed patches that training is watched on: lesions and seeds it never sees."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from training.starter.run.precision import half_precision
from training.starter.samples.bank import Bank
from training.starter.samples.clicks import draw_pair
from training.starter.samples.real import draw_real
from training.starter.samples.samples import Sample, Scene, first_usable, network_input, sample_of
from training.starter.samples.stream import Material
from training.starter.samples.synthetic import draw_kind, draw_synthetic
from training.starter.settings.recipe import Recipe

__all__ = ["Validation", "validation_patches"]

_SEEDS = 7_777_777
"""Far from every seed that training uses."""

_NOTHING_VOXELS = 30
"""An answer to a click on nothing that has fewer is none."""


class Validation:
    """Patches with their masks; `dice` measures a network on them.

    Args:
        samples: each with the name of its group.
    """

    def __init__(self, samples: Sequence[tuple[str, Sample]]) -> None:
        self._samples = [
            (group, torch.from_numpy(network_input(one)).half(), torch.from_numpy(one.mask))
            for group, one in samples
        ]

    @torch.inference_mode()
    def dice(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """Give the mean Dice of a network in inference mode, per group.

        Of clicks on nothing: the share for which nothing, or hardly anything, is drawn.
        """
        scores: dict[str, list[float]] = {}
        for group, image, mask in self._samples:
            with half_precision(device):
                predicted = network(image[None].float().to(device))[0, 0].cpu() > 0
            overlap, drawn = 2 * int((predicted & mask).sum()), int(predicted.sum())
            total = drawn + int(mask.sum())
            score = overlap / total if mask.any() else float(drawn < _NOTHING_VOXELS)
            scores.setdefault(group, []).append(score)
        return {group: float(np.mean(values)) for group, values in sorted(scores.items())}


def validation_patches(material: Material, held_out: Bank, recipe: Recipe) -> Validation:
    """Draw them: real lesions from held-out scans, synthetic ones from seeds of their own.

    The synthetic scenes are clicked twice: second clicks on another lesion or on none are groups of
    their own.

    Args:
        material: whose scans synthetic lesions are implanted into.
        held_out: scans that training never reads; may be empty.
        recipe: says how many.
    """
    rng = np.random.default_rng([recipe.seed, _SEEDS])
    wanted, scans = recipe.training.validation_patches, held_out.with_lesions
    n_real = wanted // 2 if scans else 0
    settings, samples = recipe.samples, list[tuple[str, Sample]]()

    def real(index: int) -> Scene | None:
        scan = scans[index % len(scans)]
        return draw_real(held_out, settings, rng, shapes=None, difficulty=1.0, scan=scan)

    def synthetic() -> Scene | None:
        kind, shapes = draw_kind(settings, rng), material.shapes
        return draw_synthetic(
            material.bank, settings, rng, kind=kind, shapes=shapes, difficulty=0.5
        )

    for index in range(n_real):
        samples.append(("real", sample_of(first_usable(lambda index=index: real(index)))))  # type: ignore[misc]
    for _ in range(wanted - n_real):
        first, second, same = draw_pair(first_usable(synthetic), settings, rng)
        samples.append(("synthetic", sample_of(first.scene)))
        if not same and second.target is not first.target:
            samples.append(("other" if second.mask.any() else "nothing", second))
    return Validation(samples)
