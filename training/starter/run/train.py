"""Training from start to end: read the scans, train, export a model folder now and then."""

import fnmatch
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch

from algorithm.networks.zoom_network import ZoomNetwork
from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.run.loop import Run
from training.starter.run.options import TrainOptions
from training.starter.run.patches import validation_patches
from training.starter.run.progress import RunLength
from training.starter.run.start import begin_with, cases_behind, read_start
from training.starter.samples.bank import Bank, read_bank
from training.starter.samples.samples import network_input
from training.starter.samples.scans import Scan
from training.starter.samples.scenes import scene_bank
from training.starter.samples.stream import Material, draw_samples
from training.starter.settings import cases_seen
from training.starter.settings.cases_seen import CasesSeen, is_held_out
from training.starter.settings.recipe import Recipe
from uls.workshop.errors import CallError, InputError
from uls.workshop.lock import alone_in

__all__ = ["train"]

_log = logging.getLogger(__name__)

START_SAMPLES = 64
"""Samples whose statistics a network takes that begins with stored weights."""

_START_SEED = 3

SCENES = 24
"""Synthetic scans drawn as backgrounds where no folder of scans is given."""


def train(
    options: TrainOptions, length: RunLength, recipe: Recipe, report: Callable[[str], None]
) -> Run:
    """Train the starter model until it has the length, or go on with it.

    Raises:
        CallError: a CUDA device is asked for and there is none, another process trains here, or the
            model to start from is of another kind or size.
        InputError: a folder of scans cannot be read.
        ModelError: the model to start from is missing, or not what its manifest says.
    """
    device = _device(options.device)
    with alone_in(options.folder), _denormals_flushed():
        return _train(options, length, recipe, device, report)


@contextmanager
def _denormals_flushed() -> Iterator[None]:
    """Count numbers next to zero as zero, which a CPU computes far faster; only meanwhile."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _train(
    options: TrainOptions,
    length: RunLength,
    recipe: Recipe,
    device: torch.device,
    report: Callable[[str], None],
) -> Run:
    stored = None if options.start is None else read_start(options.start, recipe.network)
    training, held_out = _banks(options, recipe, report)
    shapes = None if options.shapes is None else ShapeBank.read(options.shapes)
    material = Material(training, shapes)
    validation = validation_patches(material, held_out, recipe)
    run = Run(
        options.folder,
        recipe,
        device,
        begin=_beginning(stored, material, recipe),
        trained_on=_cases_seen(options, training),
    )
    report(
        f"{len(training.scans)} scans, {len(training.with_lesions)} with lesions; "
        f"held out: {len(held_out.scans)}; {0 if shapes is None else len(shapes)} readers' shapes; "
        f"{device.type}, {options.workers} workers"
    )
    run.train(
        material,
        validation,
        length,
        workers=options.workers,
        every_seconds=60 * options.checkpoint_minutes,
        report=report,
    )
    return run


def _cases_seen(options: TrainOptions, training: Bank) -> CasesSeen:
    """Name the cases that are trained on, and those behind the weights that a run begins with."""
    cases = [scan.name for scan in training.scans] if options.scans else []
    return cases_seen.joined(cases, [] if options.start is None else cases_behind(options.start))


def _beginning(
    stored: ZoomNetwork | None, material: Material, recipe: Recipe
) -> Callable[[ZoomNetwork], None] | None:
    """Give what makes a new run begin with a stored network, on some samples of its own."""
    if stored is None:
        return None

    def begin(network: ZoomNetwork) -> None:
        rng = np.random.default_rng([recipe.seed, _START_SEED])
        pairs = [draw_samples(material, recipe, rng, 1.0) for _ in range(START_SAMPLES // 2)]
        drawn = [sample for one, other, _ in pairs for sample in (one, other)]
        inputs = torch.from_numpy(np.stack([network_input(sample) for sample in drawn]))
        begin_with(network, stored, inputs)

    return begin


def _banks(
    options: TrainOptions, recipe: Recipe, report: Callable[[str], None]
) -> tuple[Bank, Bank]:
    """Read the scans to train on, and those held out."""
    if not options.scans:
        report(f"No scans given: drawing {SCENES} synthetic ones as backgrounds (minutes)")
        return scene_bank(SCENES, recipe.samples, seed=recipe.seed, workers=options.workers), Bank(
            ()
        )
    folders = ", ".join(map(str, options.scans))
    report(f"Reading scans from {folders}")
    everything = read_bank(options.scans, recipe.samples, seed=recipe.seed)
    _check_hold_out(options.hold_out, [scan.name for scan in everything.scans], folders)
    held, rest = list[Scan](), list[Scan]()
    for scan in everything.scans:
        (held if is_held_out(scan.name, options.hold_out) else rest).append(scan)
    if not rest:
        raise InputError.about(
            folders,
            expected="scans beside those held out, which training never reads",
            found=f"only {', '.join(scan.name for scan in held)}",
        )
    return Bank(tuple(rest)), Bank(tuple(held))


def _check_hold_out(patterns: Sequence[str], cases: Sequence[str], folders: str) -> None:
    for pattern in patterns:
        if not fnmatch.filter(cases, pattern):
            few = ", ".join(cases[:5]) + (", …" if len(cases) > 5 else "")
            raise CallError.about(
                f"--hold-out {pattern}", expected=f"a case in {folders}", found=few or "none"
            )


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise CallError.about("--device cuda", expected="a CUDA device", found="none")
    return torch.device(name)
