"""Endless samples, drawn in worker processes; no sample is ever used twice."""

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from training.starter.augment import augmented
from training.starter.real import draw_real
from training.starter.recipe import Recipe
from training.starter.samples import Sample, draw_box, first_usable, network_input, usable
from training.starter.scans import Bank
from training.starter.synthetic import draw_synthetic

__all__ = ["Difficulty", "batches", "draw_sample"]

Batch = tuple[torch.Tensor, torch.Tensor]
"""Network input (n, 8, z, y, x) and mask (n, 1, z, y, x), both float16 (a mask is 0 or 1)."""


class Difficulty:
    """How hard samples are, 0 to 1: set by the training loop, read by the worker processes."""

    def __init__(self, value: float = 0.0) -> None:
        self._value = multiprocessing.get_context().Value("d", value)

    def __float__(self) -> float:
        return float(self._value.value)

    def set(self, value: float) -> None:
        """Let samples from now on be this hard."""
        self._value.value = min(max(value, 0.0), 1.0)


def draw_sample(bank: Bank, recipe: Recipe, rng: np.random.Generator, difficulty: float) -> Sample:
    """Draw one sample; tries other lesions and places until one will do.

    Raises:
        InputError: none of very many does.
    """
    with_lesions = bank.with_lesions
    real = bool(with_lesions) and rng.random() < recipe.samples.real_share

    def draw() -> Sample | None:
        if real:
            scan = with_lesions[rng.integers(len(with_lesions))]
            drawn = draw_real(scan, recipe.samples, rng, difficulty=difficulty)
        else:
            drawn = draw_synthetic(bank, recipe.samples, rng, difficulty=difficulty)
        if drawn is None or not usable(drawn):
            return None
        return augmented(drawn, recipe.samples.ends, rng)

    changed = first_usable(draw)
    if rng.random() < recipe.samples.box_share:
        changed = draw_box(changed, recipe.samples.box_jitter, rng)
    return changed


@dataclass(frozen=True)
class _Stream(IterableDataset[Batch]):
    """What a worker process runs: samples from its own seed."""

    bank: Bank
    recipe: Recipe
    difficulty: Difficulty
    first: int

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        number = 0 if worker is None else worker.id
        rng = np.random.default_rng([self.recipe.seed, self.first, number])
        while True:
            drawn = draw_sample(self.bank, self.recipe, rng, float(self.difficulty))
            image = torch.from_numpy(network_input(drawn)).half()
            yield image, torch.from_numpy(drawn.mask)[None].half()


def batches(
    bank: Bank, recipe: Recipe, difficulty: Difficulty, *, workers: int, first_step: int
) -> Iterator[Batch]:
    """Draw batches for ever.

    Args:
        bank: the scans.
        recipe: the recipe.
        difficulty: asked before every sample.
        workers: processes that draw; 0 draws in this one.
        first_step: the training step that the first batch is for: a resumed run gets new samples.
    """
    stream = _Stream(bank, recipe, difficulty, first_step)
    loader = DataLoader(
        stream,
        batch_size=recipe.training.batch_size,
        num_workers=workers,
        multiprocessing_context="fork" if workers else None,
        prefetch_factor=3 if workers else None,
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_one_thread,
    )
    return iter(loader)


def _one_thread(_: int) -> None:
    """Keep a worker process to one core, and numbers next to zero from slowing it."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    threadpool_limits(1)
