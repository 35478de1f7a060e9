"""By what a VOI is predicted, the model, its fallback or nothing, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

__all__ = ["Logit", "Means", "Predicted"]

Logit = npt.NDArray[np.float32]


class Means(StrEnum):
    """Who predicts a VOI."""

    MODEL = "the model"
    FALLBACK = "the starter model"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Predicted:
    """What was predicted of a VOI (None: nothing), by what, and what went wrong."""

    logit: Logit | None
    means: Means
    passes_left_out: int = 0
    model_failed: bool = False
