"""What memory a training takes, said before it begins, and refused where the machine has less.

On a GPU nnU-Net plans for it, and PyTorch says what is missing. On a CPU in float32 the challenge's
network with its batch of whole VOIs takes more than most machines have, and the system ends it, or
another program, without a word.
"""

import logging
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from algorithm.models.architecture import Architecture
from algorithm.models.importing.architectures import architecture
from algorithm.models.importing.plans import Plans
from uls.workshop.cpus import available_cpus
from uls.workshop.errors import CallError
from uls.workshop.machine_memory import Memory, machine_memory

__all__ = ["check_memory", "training_bytes"]

_log = logging.getLogger(__name__)

_FLOAT = 4
_COPIES_OF_WEIGHTS = 3
"""The weights, their gradients, and the optimiser's momentum."""

_COPIES_OF_BATCH = 6
"""Batches that wait for the training and that are augmented, labels included."""

_PROGRAM = 1_000_000_000
"""PyTorch, nnU-Net and what they load."""

_LOADER = 600_000_000
"""A process that loads and augments, beside its batch."""

_DEFAULT_LOADERS = 12
"""nnU-Net's own number, where the machine has as many cores."""


def check_memory(
    plans: Mapping[str, Any],
    configuration: str,
    *,
    device: str,
    loaders: int | None,
    memory: Memory | None = None,
) -> None:
    """Say what a training on the CPU will take, and refuse one that the machine cannot hold.

    Args:
        plans: of the training.
        configuration: which of their configurations.
        device: where it trains; nothing is checked but `cpu`.
        loaders: processes that load and augment; None for nnU-Net's choice.
        memory: what the machine has; by default this one's.

    Raises:
        CallError: the training needs more than the machine has in all.
    """
    if device != "cpu":
        return
    needed = training_bytes(plans, configuration, loaders=loaders)
    memory = memory or machine_memory()
    has = f", of {_gb(memory.total)} that this machine has" if memory else ""
    _log.info("Training on the CPU will take about %s of memory%s", _gb(needed), has)
    if memory is None or needed <= memory.free:
        return
    patch = "x".join(map(str, plans["configurations"][configuration]["patch_size"]))
    batch = plans["configurations"][configuration]["batch_size"]
    if needed > memory.total:
        raise CallError.about(
            "--device cpu",
            expected=f"about {_gb(needed)} of memory for a batch of {batch} patches of {patch}",
            found=f"{_gb(memory.total)} on this machine",
            hint="Train on a GPU (--device cuda), or plan with a smaller --batch-size, --patch or "
            "--network.",
        )
    _log.warning(
        "Only %s of memory are free now: other programs may be ended for it, or this one",
        _gb(memory.free),
    )


def training_bytes(
    plans: Mapping[str, Any], configuration: str, *, loaders: int | None = None
) -> int:
    """Estimate the most that a training step in float32 holds, in bytes.

    It is what the backward pass needs of the forward pass, counted on a network without memory,
    and what is there all the time. (Measured with the challenge's network and two patches of 64³:
    3.85 GB in the training process, of which PyTorch alone is 0.5; the sum of these parts is 3.9.)
    """
    settings = plans["configurations"][configuration]
    read = Plans.model_validate({**plans, "path": Path("plans.json")})
    about = f"configuration {configuration!r}"
    network = architecture(read.configuration(configuration), about=about)
    batch = int(settings["batch_size"])
    patch = tuple(int(size) for size in settings["patch_size"])
    weights, kept = _counted(network, batch, patch)
    voxels = batch * math.prod(patch)
    processes = _loaders(loaders)
    return (
        _PROGRAM
        + _FLOAT * _COPIES_OF_WEIGHTS * weights
        + kept
        + (_COPIES_OF_BATCH + processes) * 2 * _FLOAT * voxels
        + _LOADER * processes
    )


def _counted(network: Architecture, batch: int, patch: tuple[int, ...]) -> tuple[int, int]:
    """Count weights, and the bytes of all else that a backward pass needs of the forward one."""
    import torch  # noqa: PLC0415

    from algorithm.networks import networks  # noqa: PLC0415

    module = networks.build(network).train()
    own = {tensor.untyped_storage()._cdata for tensor in module.parameters()}
    storages: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in own:
            storages[storage._cdata] = storage  # held, so that no other gets its number
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        module(torch.empty((batch, 1, *patch), device="meta"))
    weights = sum(tensor.numel() for tensor in module.parameters())
    return weights, sum(storage.nbytes() for storage in storages.values())


def _loaders(loaders: int | None) -> int:
    if loaders is not None:
        return loaders
    asked = os.environ.get("nnUNet_n_proc_DA", "")  # noqa: SIM112  (nnU-Net's own name)
    return int(asked) if asked.isdecimal() else min(_DEFAULT_LOADERS, available_cpus())


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
