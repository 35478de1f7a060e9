"""A predictor that takes what is brighter than 70 HU for lesion, so that tests know the mask."""

from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.segmentation.model import LoadedModel

BRIGHT_HU = 70


class BrightPredictor:
    """Sees every voxel above 70 HU as lesion; logits grow with the HU, by one in 5 HU."""

    takes_boxes = True

    def __init__(self, *, takes_boxes: bool = True) -> None:
        self.takes_boxes = takes_boxes
        self.boxes: list[Any] = []
        self.vois: list[npt.NDArray[Any]] = []

    def predict(
        self, voi_hu: npt.NDArray[Any], *, spacing_mm: Any, mirror: Any = 0, box: Any = None
    ) -> npt.NDArray[np.float32]:
        self.boxes.append(box)
        self.vois.append(voi_hu)
        return ((voi_hu.astype(np.float32) - BRIGHT_HU) / 5).astype(np.float32)

    def warm_up(self) -> None:
        pass

    def patches_per_pass(self) -> int:
        return 1

    def passes(self, mirror: int) -> int:
        return max(mirror, 1)


def bright_model(*, takes_boxes: bool = True) -> LoadedModel:
    predictor = BrightPredictor(takes_boxes=takes_boxes)
    return LoadedModel(predictor, "bright", "zoom", "0" * 64, "numpy")
