"""The training loop: one pass over cases as they are drawn, each shown a few times."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np
import torch
from torch.nn import functional

from training.smoke.augment import augmented
from training.smoke.cases import TRAINING, Case, draw_cases
from training.smoke.network import build_network
from training.smoke.recipe import SmokeRecipe

__all__ = ["LesionHU", "Progress", "click_weights", "normalised", "soft_dice", "train"]

_log = logging.getLogger(__name__)

_REPORT_EVERY = 20
_SHUFFLE_BUFFER = 24
"""A case's repeats are spread over about this many others."""


@dataclass(frozen=True)
class LesionHU:
    """HU of lesion voxels in training cases: what nnU-Net's CTNormalization needs."""

    mean: float
    std: float
    low: float
    high: float
    median: float
    lowest: float
    highest: float

    @classmethod
    def measure(cls, cases: list[Case]) -> "LesionHU":
        """Measure all lesion voxels of some cases; low and high are the 0.5 and 99.5 percentile."""
        hu = np.concatenate([case.hu[case.mask] for case in cases]).astype(np.float64)
        low, median, high = (float(p) for p in np.percentile(hu, (0.5, 50, 99.5)))
        return cls(
            float(hu.mean()), float(hu.std()), low, high, median, float(hu.min()), float(hu.max())
        )


@dataclass(frozen=True)
class Progress:
    """How far training is: the mean losses and Dice of the steps since the last report."""

    step: int
    steps: int
    loss: float
    dice: float


def normalised(hu: torch.Tensor, lesion_hu: LesionHU) -> torch.Tensor:
    """Clip, subtract the mean and divide by the standard deviation, as CTNormalization does."""
    return (hu.clamp(lesion_hu.low, lesion_hu.high) - lesion_hu.mean) / lesion_hu.std


def train(
    recipe: SmokeRecipe, *, workers: int, report: Callable[[Progress], None]
) -> tuple[torch.nn.Module, LesionHU]:
    """Train the network from its seed; the last step's weights are the result, none is selected."""
    torch.manual_seed(recipe.seed)
    network = build_network(recipe)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=recipe.learning_rate, total_steps=recipe.steps, pct_start=0.1
    )
    batches = _Batches(recipe, workers)
    recent: list[tuple[float, float]] = []
    for step, (hu, mask) in enumerate(batches, start=1):
        recent.append(_step(network, optimiser, normalised(hu, batches.lesion_hu), mask, recipe))
        schedule.step()
        if step % _REPORT_EVERY == 0 or step == recipe.steps:
            loss, dice = np.mean(recent, axis=0)
            report(Progress(step, recipe.steps, float(loss), float(dice)))
            recent.clear()
    return network.eval(), batches.lesion_hu


class _Batches:
    """Batches in training order; `lesion_hu` is known once the first is asked for."""

    lesion_hu: LesionHU

    def __init__(self, recipe: SmokeRecipe, workers: int) -> None:
        self._recipe = recipe
        self._cases = draw_cases(
            recipe.training_scenes,
            family=TRAINING,
            seed=recipe.seed,
            patch_zyx=recipe.patch_zyx,
            workers=workers,
        )

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        first = list(islice(self._cases, self._recipe.statistics_scenes))
        self.lesion_hu = LesionHU.measure(first)
        rng = np.random.default_rng([self._recipe.seed, 0])
        batch = []
        for case in self._repeated(rng, first):
            batch.append(augmented(rng, case))
            if len(batch) == self._recipe.batch_size:
                hu, mask = (np.stack(arrays) for arrays in zip(*batch, strict=True))
                yield torch.from_numpy(hu)[:, None], torch.from_numpy(mask).float()
                batch.clear()

    def _repeated(self, rng: np.random.Generator, first: list[Case]) -> Iterator[Case]:
        """Every case `uses_per_scene` times, mixed with its neighbours in the order of drawing."""
        waiting: list[Case] = []
        for source in (first, self._cases):
            for case in source:
                waiting += [case] * self._recipe.uses_per_scene
                while len(waiting) > _SHUFFLE_BUFFER * self._recipe.uses_per_scene:
                    yield waiting.pop(int(rng.integers(len(waiting))))
        while waiting:
            yield waiting.pop(int(rng.integers(len(waiting))))


def _step(
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    image: torch.Tensor,
    mask: torch.Tensor,
    recipe: SmokeRecipe,
) -> tuple[float, float]:
    """Take one optimiser step; returns the loss and the soft Dice at full resolution."""
    with torch.autocast("cpu", torch.bfloat16):
        outputs = network(image)
    losses, dices = zip(*(_loss(logits.float(), mask, recipe) for logits in outputs), strict=True)
    # Deep supervision as in nnU-Net: every coarser resolution counts half as much as the one above.
    loss = sum(part / 2**level for level, part in enumerate(losses))
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach()), float(dices[0].detach())


def _loss(
    logits: torch.Tensor, mask: torch.Tensor, recipe: SmokeRecipe
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross entropy plus 1 - Dice at one resolution, and the Dice.

    Args:
        logits: (n, 2, z, y, x), at this resolution.
        mask: (n, z, y, x), 0 or 1, at full resolution; coarser voxels are as much lesion as they
            hold of it.
        recipe: how much more the click's surroundings count.
    """
    depth, height, width = logits.shape[2:]
    shape = (depth, height, width)
    lesion = logits[:, 1] - logits[:, 0]
    target = functional.adaptive_avg_pool3d(mask, shape)
    weights = functional.adaptive_avg_pool3d(click_weights(mask.shape[1:], recipe)[None], shape)
    entropy = functional.binary_cross_entropy_with_logits(lesion, target, weight=weights)
    dice = soft_dice(lesion.sigmoid(), target)
    return entropy + 1 - dice, dice


def soft_dice(probability: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean soft Dice of a batch, (n, z, y, x); one voxel is added to either side."""
    overlap = (probability * target).sum((1, 2, 3))
    total = probability.sum((1, 2, 3)) + target.sum((1, 2, 3))
    return ((2 * overlap + 1) / (total + 1)).mean()


@cache
def click_weights(shape: torch.Size, recipe: SmokeRecipe) -> torch.Tensor:
    """Weigh voxels: 1 far from the click, rising to `1 + click_weight` on it, as a Gaussian."""
    offsets = torch.meshgrid(
        *(torch.arange(size, dtype=torch.float32) - size // 2 for size in shape), indexing="ij"
    )
    square = sum((offset**2 for offset in offsets), start=torch.zeros(shape))
    return 1 + recipe.click_weight * torch.exp(-square / (2 * recipe.click_sigma_voxels**2))
