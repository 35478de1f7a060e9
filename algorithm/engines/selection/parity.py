"""How well an engine agrees with the reference, and whether that is well enough.

Reduced precision has given all-black masks in the wild (nnU-Net issue 2874) where float32 was
right. So no engine but a reference runs a model before it has seen a few phantoms in both.
"""

import numpy as np
import numpy.typing as npt
from pydantic import Field

from algorithm.engines.base import Batch
from algorithm.models.json_files import StrictModel

__all__ = ["MAX_RELATIVE_ERROR", "MIN_DICE", "Parity", "compare"]

MIN_DICE = 0.999
"""Dice of the two masks from which on an engine is admitted."""

MAX_RELATIVE_ERROR = {"bf16": 2e-2, "fp16": 5e-3, "f32": 1e-3}
"""Or: the norm of the difference over the norm of the reference, up to which it is. For random
weights, where logits hover around zero and masks say little."""


class Parity(StrictModel):
    """How well two engines agree on a patch.

    Attributes:
        dice: of the two masks; None where the reference's is empty.
        relative_error: of the lesion's logit minus the background's; None if it is no number.
    """

    dice: float | None = Field(ge=0, le=1)
    relative_error: float | None = Field(ge=0)

    def holds(self, precision: str) -> bool:
        """Say whether an engine of a precision may stand in for the reference.

        A mask that is empty, or all elsewhere, where the reference's is not never holds.
        """
        if self.relative_error is None or self.dice == 0:
            return False
        same_mask = self.dice is not None and self.dice >= MIN_DICE
        return same_mask or self.relative_error <= MAX_RELATIVE_ERROR[precision]

    def __str__(self) -> str:
        dice = "none" if self.dice is None else f"{self.dice:.5f}"
        error = "no number" if self.relative_error is None else f"{self.relative_error:.1e}"
        return f"Dice {dice}, relative error {error}"


def compare(logits: Batch, reference: Batch) -> Parity:
    """Compare two engines' logits (n, 1 or 2, z, y, x); NaN never agrees."""
    lesion, expected = _lesion(logits), _lesion(reference)
    mask, expected_mask = lesion > 0, expected > 0
    voxels = int(mask.sum()) + int(expected_mask.sum())
    both = int((mask & expected_mask).sum())
    difference = float(np.linalg.norm(lesion - expected))
    size = float(np.linalg.norm(expected))
    error = difference / size if size > 0 else np.inf if difference > 0 else 0.0
    return Parity(
        dice=2 * both / voxels if expected_mask.any() else None,
        relative_error=error if np.isfinite(error) else None,
    )


def _lesion(logits: Batch) -> npt.NDArray[np.float32]:
    """Give the lesion's logit less the background's, if there is one."""
    return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits[:, 0]
