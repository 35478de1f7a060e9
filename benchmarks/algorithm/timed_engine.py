"""Two engines for measuring: one that times another, and one whose network takes no time."""

import time

import numpy as np

from algorithm.engines.base import Batch, Engine
from algorithm.models.manifest import AnyManifest

__all__ = ["InstantEngine", "TimedEngine"]

_RADIUS = 0.42
"""Of the instant answer, over half the patch's sides: a zoom model's search is content with it."""

_SPECK_SHARE = 2e-5
"""Of voxels that are lesion elsewhere, so that the clicked one has to be found among others."""

_LOGIT = 4.0


class TimedEngine:
    """An engine that notes how long it was busy, and with how many patches."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.name
        self.device = engine.device
        self.seconds = 0.0
        self.patches = 0
        self._engine = engine

    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`."""
        start = time.perf_counter()
        logits = self._engine(batch)
        self.seconds += time.perf_counter() - start
        self.patches += len(batch)
        return logits


class InstantEngine:
    """Says at once, whatever the patch: a ball in its middle, and specks around it."""

    name = "instant"
    device = "none"

    def __init__(self, manifest: AnyManifest) -> None:
        z, y, x = np.meshgrid(
            *(np.linspace(-1, 1, size, dtype=np.float32) for size in manifest.patch_zyx),
            indexing="ij",
            sparse=True,
        )
        lesion = z**2 + y**2 + x**2 < _RADIUS**2
        if manifest.kind == "nnunet":
            specks = np.random.default_rng(0).random(lesion.shape, dtype=np.float32) < _SPECK_SHARE
            specks[[0, -1]], specks[:, [0, -1]], specks[:, :, [0, -1]] = False, False, False
            lesion |= specks
        logit = np.where(lesion, _LOGIT, -_LOGIT).astype(np.float32)
        both = [np.zeros_like(logit), logit] if manifest.kind == "nnunet" else [logit]
        self._logits: Batch = np.stack(both)[None]

    def __call__(self, batch: Batch) -> Batch:
        """Give the answer; see `Engine`."""
        if len(batch) == 1:
            return self._logits
        return np.repeat(self._logits, len(batch), axis=0)
