"""What a job needs of a model."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from algorithm.inference.boxes import Box
from algorithm.inference.mirroring import Mirroring
from uls.geometry.voi import Spacing

__all__ = ["Predictor"]


class Predictor(Protocol):
    """A model that is ready to run, whatever its kind; tests have fake ones.

    Attributes:
        takes_boxes: whether a box around the lesion may be given.
    """

    takes_boxes: bool

    def predict(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_mm: Spacing,
        mirror: int | Mirroring = 0,
        box: Box | None = None,
    ) -> npt.NDArray[np.float32]:
        """Turn a VOI in HU into the lesion's logit minus the background's, voxel for voxel."""

    def warm_up(self) -> None:
        """Run once on nothing, so that the first VOI takes no longer than the next."""

    def patches_per_pass(self) -> int | None:
        """Say how many patches, of which `warm_up` runs one, a pass over a VOI takes, at least.

        None where that depends on what is seen.
        """

    def passes(self, mirror: int) -> int:
        """Say how many network passes that `mirror` means."""
