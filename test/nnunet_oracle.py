"""nnunetv2's own predictor, as the judge of ours. Used by tests only; no installed file changes.

Three things stand between a fresh nnunetv2 and the folders that `nnunet_folders` builds:

- it imports torchvision, whose import fails beside a CPU build of torch for want of two operators:
  they are declared first;
- the baseline's plans name a resampling function and its checkpoint a trainer that nnunetv2 lacks:
  both names are looked up here first;
- it warns and prints a lot.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
import torch

__all__ = ["Verdict", "compute_gaussian", "compute_steps_for_sliding_window", "judge"]

MISSING_RESAMPLING = "no_resampling_data_or_seg_to_shape"
MISSING_TRAINERS = "nnUNetTrainer_ULS"

_library = torch.library.Library("torchvision", "DEF")
for _operator in ("nms", "qnms"):
    _library.define(f"{_operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
for _folder in ("raw", "preprocessed", "results"):
    os.environ.setdefault(f"nnUNet_{_folder}", "")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from nnunetv2.inference import predict_from_raw_data
    from nnunetv2.inference.sliding_window_prediction import (
        compute_gaussian,
        compute_steps_for_sliding_window,
    )
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
    from nnunetv2.utilities.plans_handling import plans_handler


@dataclass(frozen=True)
class Verdict:
    """What nnunetv2 makes of a VOI.

    Attributes:
        logits: float32, (2, z, y, x), of the VOI, or of what nnunetv2 crops it to: the box of its
            voxels that are not 0.
        mask: of `predict_single_npy_array`, (z, y, x).
    """

    logits: npt.NDArray[np.float32]
    mask: npt.NDArray[np.bool_]

    @property
    def lesion_logit(self) -> npt.NDArray[np.float32]:
        """Lesion minus background."""
        return self.logits[1] - self.logits[0]


def judge(
    folder: Path,
    voi_hu: npt.NDArray[Any],
    *,
    folds: tuple[int | str, ...] = ("all",),
    checkpoint: str = "checkpoint_best.pth",
    mirror: bool = False,
    half_sums: bool = False,
) -> Verdict:
    """Predict a VOI with nnunetv2 on the CPU.

    Args:
        folder: the result folder.
        voi_hu: (z, y, x).
        folds: which folds to average.
        checkpoint: the checkpoint's file name.
        mirror: average over all mirrored views.
        half_sums: blend tiles in float16, as nnunetv2 does. By default in float32, so that the
            arithmetic can be compared to more than three digits.
    """
    with _ready(half_sums=half_sums):
        predictor = predict_from_raw_data.nnUNetPredictor(
            use_mirroring=mirror, device=torch.device("cpu"), allow_tqdm=False
        )
        predictor.initialize_from_trained_model_folder(str(folder), folds, checkpoint)
        seen: list[torch.Tensor] = []
        predict_logits = predictor.predict_logits_from_preprocessed_data
        predictor.predict_logits_from_preprocessed_data = lambda data: _remembered(
            predict_logits(data), seen
        )
        image, properties = voi_hu[None].astype(np.float32), {"spacing": [1.0, 1.0, 1.0]}
        mask = predictor.predict_single_npy_array(image, properties)
        back = [axis + 1 for axis in predictor.plans_manager.transpose_backward]
    (logits,) = seen
    turned = logits.float().numpy().transpose([0, *back])
    assert mask.shape == voi_hu.shape
    return Verdict(np.ascontiguousarray(turned), mask.astype(bool))


@contextmanager
def _ready(*, half_sums: bool) -> Iterator[None]:
    find_resampling = plans_handler.recursive_find_resampling_fn_by_name
    find_trainer = predict_from_raw_data.recursive_find_trainer_class_by_name

    def resampling_named(name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = (
            _unchanged if name == MISSING_RESAMPLING else find_resampling(name)
        )
        return found

    def trainer_named(name: str) -> type:
        found: type = nnUNetTrainer if name.startswith(MISSING_TRAINERS) else find_trainer(name)
        return found

    with (
        warnings.catch_warnings(),
        patch.object(plans_handler, "recursive_find_resampling_fn_by_name", resampling_named),
        patch.object(predict_from_raw_data, "recursive_find_trainer_class_by_name", trainer_named),
        # nnunetv2 allocates its sums as `torch.half`, which it looks up when it predicts.
        patch.object(torch, "half", torch.half if half_sums else torch.float32),
    ):
        warnings.simplefilter("ignore")
        yield


def _remembered(logits: torch.Tensor, seen: list[torch.Tensor]) -> torch.Tensor:
    seen.append(logits.clone())
    return logits


def _unchanged(image: Any, *_: Any, **__: Any) -> Any:
    return image
