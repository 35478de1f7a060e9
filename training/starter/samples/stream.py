"""Endless samples, drawn in worker processes; no sample is ever used twice."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from algorithm.models.zoom_channels import Correction
from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.samples.augment import augmented
from training.starter.samples.bank import Bank
from training.starter.samples.clicks import draw_pair
from training.starter.samples.real import draw_real
from training.starter.samples.samples import Sample, Scene, first_usable, network_input, usable
from training.starter.samples.synthetic import draw_healthy, draw_kind, draw_synthetic
from training.starter.settings.recipe import Recipe

__all__ = ["Batch", "Difficulty", "Material", "batches", "draw_samples", "draw_scene", "joined"]


@dataclass(frozen=True)
class Material:
    """What samples are made of.

    Attributes:
        bank: the scans.
        shapes: of real nodules; None for invented ones alone.
    """

    bank: Bank
    shapes: ShapeBank | None = None


@dataclass(frozen=True)
class Batch:
    """Samples for one step of training.

    Attributes:
        image: network input, float16 (n, channels, z, y, x).
        target: what is asked for, 0 to 1, float16 (n, 1, z, y, x).
        same: pairs of samples that ask for the same lesion of the same patch.
        corrections: the further clicks of each sample.
    """

    image: torch.Tensor
    target: torch.Tensor
    same: tuple[tuple[int, int], ...]
    corrections: tuple[tuple[Correction, ...], ...]


class Difficulty:
    """How hard samples are, 0 to 1: set by the training loop, read by the worker processes."""

    def __init__(self, value: float = 0.0) -> None:
        self._value = multiprocessing.get_context().Value("d", value)

    def __float__(self) -> float:
        return float(self._value.value)

    def set(self, value: float) -> None:
        """Let samples from now on be this hard."""
        self._value.value = min(max(value, 0.0), 1.0)


def draw_scene(
    material: Material, recipe: Recipe, rng: np.random.Generator, difficulty: float
) -> Scene:
    """Draw one scene; tries other lesions and places until one will do.

    Raises:
        InputError: none of very many does.
    """
    draw = _kind_of_scene(material, recipe, rng, difficulty)
    tried = 0

    def changed() -> Scene | None:
        nonlocal draw, tried
        tried += 1
        if tried % recipe.samples.tries_per_kind == 0:
            draw = _kind_of_scene(material, recipe, rng, difficulty)
        drawn = draw()
        if drawn is None or not usable(drawn):
            return None
        return augmented(drawn, recipe.samples, rng)

    return first_usable(changed)


def _kind_of_scene(
    material: Material, recipe: Recipe, rng: np.random.Generator, difficulty: float
) -> Callable[[], Scene | None]:
    """Decide what a scene shows: healthy tissue, a real lesion or synthetic ones."""
    settings, bank = recipe.samples, material.bank
    kind = draw_kind(settings, rng)
    if rng.random() < settings.clicks.healthy_share:
        return partial(draw_healthy, bank, settings, rng, kind=kind)
    shapes = material.shapes
    if bank.with_lesions and rng.random() < settings.real_share:
        return partial(draw_real, bank, settings, rng, shapes=shapes, difficulty=difficulty)
    return partial(
        draw_synthetic, bank, settings, rng, kind=kind, shapes=shapes, difficulty=difficulty
    )


def draw_samples(
    material: Material, recipe: Recipe, rng: np.random.Generator, difficulty: float
) -> tuple[Sample, Sample, bool]:
    """Draw a scene and two clicks in it; say whether both ask for the same lesion."""
    return draw_pair(draw_scene(material, recipe, rng, difficulty), recipe.samples, rng)


@dataclass(frozen=True)
class _Stream(IterableDataset[Batch]):
    """What a worker process runs: pairs of samples from its own seed."""

    material: Material
    recipe: Recipe
    difficulty: Difficulty
    first: int

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        number = 0 if worker is None else worker.id
        rng = np.random.default_rng([self.recipe.seed, self.first, number])
        while True:
            drawn = draw_samples(self.material, self.recipe, rng, float(self.difficulty))
            yield _pair(*drawn)


def _pair(one: Sample, other: Sample, same: bool) -> Batch:
    samples = (one, other)
    image = torch.from_numpy(np.stack([network_input(sample) for sample in samples]))
    target = torch.from_numpy(np.stack([sample.target for sample in samples]))[:, None]
    corrections = tuple(sample.corrections for sample in samples)
    return Batch(image.half(), target.half(), ((0, 1),) if same else (), corrections)


def joined(parts: Sequence[Batch]) -> Batch:
    """Join batches to a larger one."""
    same, before = list[tuple[int, int]](), 0
    for part in parts:
        same.extend((one + before, other + before) for one, other in part.same)
        before += len(part.image)
    return Batch(
        torch.cat([part.image for part in parts]),
        torch.cat([part.target for part in parts]),
        tuple(same),
        tuple(one for part in parts for one in part.corrections),
    )


def batches(
    material: Material, recipe: Recipe, difficulty: Difficulty, *, workers: int, first_step: int
) -> Iterator[Batch]:
    """Draw batches of fresh samples for ever.

    Args:
        material: what they are made of.
        recipe: the recipe.
        difficulty: asked before every scene.
        workers: processes that draw; 0 draws in this one.
        first_step: the training step that the first batch is for: a resumed run gets new samples.
    """
    stream = _Stream(material, recipe, difficulty, first_step)
    training = recipe.training
    loader = DataLoader(
        stream,
        batch_size=(training.batch_size - training.corrected_samples) // 2,
        collate_fn=joined,
        num_workers=workers,
        multiprocessing_context="fork" if workers else None,
        prefetch_factor=3 if workers else None,
        worker_init_fn=_one_thread,
    )
    return iter(loader)


def _one_thread(_: int) -> None:
    """Keep a worker process to one core, and numbers next to zero from slowing it."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    threadpool_limits(1)
