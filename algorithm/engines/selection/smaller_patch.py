"""A large network on a smaller patch, so that a check of it takes seconds and not a minute."""

import hashlib
from dataclasses import replace
from math import prod

from algorithm.models.manifest import Manifest
from algorithm.models.weights import Model

__all__ = ["on_smaller_patch", "share_of_voxels"]

_DEEPEST_VOXELS = 2
"""What the smaller patch has along an axis where the network sees it coarsest, at least."""


def on_smaller_patch(model: Model) -> Model:
    """Give the same weights with the smallest patch that still shows every layer several voxels.

    It counts as a model of its own: what was compiled for one patch does not fit the other.
    """
    manifest = model.manifest
    if not isinstance(manifest, Manifest):
        return model
    coarsest = manifest.architecture.downsampling_zyx
    z, y, x = (
        min(size, _DEEPEST_VOXELS * step)
        for size, step in zip(manifest.patch_zyx, coarsest, strict=True)
    )
    own = hashlib.sha256(f"{model.sha256} {z} {y} {x}".encode()).hexdigest()
    return replace(model, manifest=manifest.model_copy(update={"patch_zyx": (z, y, x)}), sha256=own)


def share_of_voxels(smaller: Model, model: Model) -> float:
    """Say how much of a model's patch a smaller one is."""
    return prod(smaller.manifest.patch_zyx) / prod(model.manifest.patch_zyx)
