"""No engine in a reduced precision without a check against its own float32.

Reduced precision has given all-black masks in the wild (nnU-Net issue 2874) where float32 was
right. Before a network may run in bfloat16 or float16, it runs one synthetic patch in both.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from algorithm.engines.base import Batch, Engine
from algorithm.manifest import AnyManifest, ZoomManifest
from algorithm.models.zoom_channels import channels
from algorithm.normalisation import normalise

__all__ = [
    "MAX_RELATIVE_ERROR",
    "MIN_DICE",
    "Parity",
    "admitted",
    "compare",
    "phantom_batch",
    "phantom_hu",
]

_log = logging.getLogger(__name__)

MIN_DICE = 0.999
"""Dice of the two masks from which on an engine is admitted."""

MAX_RELATIVE_ERROR = {"bf16": 2e-2, "fp16": 5e-3, "f32": 1e-3}
"""Or: the norm of the logits' difference over the norm of the reference's logits, up to which it
is. Measured on the ULS23 baseline's architecture with random weights, where logits hover around
zero and masks say little: bfloat16 9.4e-3, float16 1.2e-3, float32 1e-4."""


@dataclass(frozen=True)
class Parity:
    """How well two engines agree on a patch; Dice is None where the reference's mask is empty."""

    dice: float | None
    relative_error: float

    def holds(self, precision: str) -> bool:
        """Say whether an engine of a precision may stand in for the reference."""
        same_mask = self.dice is not None and self.dice >= MIN_DICE
        close = self.relative_error <= MAX_RELATIVE_ERROR[precision]
        return bool(np.isfinite(self.relative_error)) and (same_mask or close)


def admitted(make: Callable[[str], Engine], *, precision: str, manifest: AnyManifest) -> Engine:
    """Make an engine in a precision, or in float32 if it fails the check there.

    Args:
        make: makes the engine for a precision.
        precision: what is wished for; `f32` needs no check.
        manifest: the model's.
    """
    reference = make("f32")
    if precision == "f32":
        return reference
    patch = phantom_batch(manifest)
    expected = reference(patch).copy()
    engine = make(precision)
    parity = compare(engine(patch), expected)
    if parity.holds(precision):
        _log.info("%s in %s is admitted: %s.", engine.name, precision, parity)
        return engine
    _log.warning(
        "%s in %s disagrees with float32 (%s), so float32 is used.", engine.name, precision, parity
    )
    return reference


def compare(logits: Batch, reference: Batch) -> Parity:
    """Compare two engines' logits (n, 1 or 2, z, y, x); NaN never agrees."""
    mask, expected = (_mask(values) for values in (logits, reference))
    voxels = int(mask.sum()) + int(expected.sum())
    dice = 2 * int((mask & expected).sum()) / voxels if expected.any() else None
    error = float(np.linalg.norm(logits - reference)) / float(np.linalg.norm(reference))
    return Parity(dice, error if np.isfinite(error) else np.inf)


def _mask(logits: Batch) -> npt.NDArray[np.bool_]:
    """Say where the lesion's logit, the last, is above the background's, or above 0 without one."""
    background = logits[:, 0] if logits.shape[1] == 2 else np.float32(0)
    mask: npt.NDArray[np.bool_] = logits[:, -1] > background
    return mask


def phantom_batch(manifest: AnyManifest) -> Batch:
    """Make what a model's network sees of a phantom: (1, channels, z, y, x), the ball clicked."""
    hu = phantom_hu(manifest.patch_zyx)
    if isinstance(manifest, ZoomManifest):
        z, y, x = (size / 2 for size in manifest.patch_zyx)
        return channels(hu, click=(z, y, x), step_mm=1.2, slice_mm=2.0)[None]
    return normalise(hu, manifest.normalisation)[None, None]


def phantom_hu(shape_zyx: tuple[int, int, int]) -> npt.NDArray[np.float32]:
    """Make a patch that looks a little like CT: a bright ball in soft tissue, fat, some noise."""
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape_zyx), indexing="ij", sparse=True)
    radius = np.sqrt(z**2 + y**2 + x**2)
    hu = np.where(radius < 0.25, 60.0, np.where(radius < 0.9, 30.0 + 20.0 * np.sin(9 * x), -90.0))
    noise = np.random.default_rng(0).normal(0.0, 10.0, shape_zyx)
    return (hu + noise).astype(np.float32)
