"""VOIs with border planes of exactly 0 HU: nnU-Net crops them, we keep the click in the centre.

The challenge pads with the scan's minimum minus one, so that its VOIs have no such planes; people
who pad with 0 have them.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from nnunet_folders import BASELINE_TRAINER, old_plans, write_result_folder
from nnunet_oracle import judge

from algorithm.engines.selection.create import create
from algorithm.inference.nnunet_predictor import NnunetPredictor
from algorithm.models.architecture import CTNormalisation
from algorithm.models.importing.model_import import import_model
from algorithm.models.importing.on_the_fly import load_model

SIZE, PLANES = 64, 24
"""As many planes at one end as leave 40: nnU-Net's patch then has 12 of padding at both ends."""

Hu = npt.NDArray[Any]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    plans = old_plans(patch=(SIZE,) * 3)
    return write_result_folder(
        tmp_path_factory.mktemp("zeros") / "result", plans, trainer=BASELINE_TRAINER, folds=("all",)
    )


@pytest.fixture(scope="module")
def ours(source: Path, tmp_path_factory: pytest.TempPathFactory) -> NnunetPredictor:
    folder = tmp_path_factory.mktemp("zeros") / "model"
    import_model(source, folder, name="m", field="voi")
    model = load_model(folder)
    return NnunetPredictor(model, create("torch", model))


@pytest.fixture(scope="module")
def voi_hu() -> Hu:
    """Noisy soft tissue with a ball at the click; what is beyond the scan's end is 0."""
    z, y, x = np.ogrid[:SIZE, :SIZE, :SIZE]
    ball = (z - 32) ** 2 + (y - 32) ** 2 + (x - 32) ** 2 < 14**2
    noise = np.random.default_rng(0).normal(0, 60, (SIZE,) * 3)
    hu = np.rint(np.where(ball, 300, 40) + noise).astype(np.int16)
    hu[hu == 0] = 1
    hu[-PLANES:] = 0
    return hu


def kept_whole(voi_hu: Hu) -> Hu:
    """The same VOI, with 1 HU in a voxel of its last plane: nnU-Net finds nothing to crop."""
    whole = voi_hu.copy()
    whole[-1, -1, -1] = 1
    return whole


def moved(voi_hu: Hu, mean_hu: float) -> npt.NDArray[np.float32]:
    """What nnU-Net makes of the VOI: without the planes, padded at both ends with the mean."""
    rest = voi_hu[:-PLANES].astype(np.float32)
    return np.pad(rest, ((PLANES // 2,) * 2, (0, 0), (0, 0)), constant_values=mean_hu)


def test_our_masks_are_nnunets_on_the_whole_voi(
    source: Path, ours: NnunetPredictor, voi_hu: Hu
) -> None:
    whole = judge(source, kept_whole(voi_hu))
    assert whole.logits.shape[1:] == voi_hu.shape
    np.testing.assert_allclose(ours.predict(kept_whole(voi_hu)), whole.lesion_logit, atol=1e-4)
    mask = ours.predict(voi_hu) > 0
    assert 0.01 < mask.mean() < 0.99
    assert dice(mask, whole.mask) > 0.99  # one voxel is 1 HU brighter


def test_nnunet_itself_would_move_the_click_out_of_the_centre(
    source: Path, ours: NnunetPredictor, voi_hu: Hu
) -> None:
    """The reason not to crop: its logits are ours of the VOI moved by half of the planes."""
    manifest = ours._manifest
    assert isinstance(manifest.normalisation, CTNormalisation)
    cropped = judge(source, voi_hu)
    assert cropped.logits.shape[1:] == (SIZE - PLANES, SIZE, SIZE)
    shifted = ours.predict(moved(voi_hu, manifest.normalisation.mean_hu))
    inside = slice(PLANES // 2, SIZE - PLANES // 2)
    np.testing.assert_allclose(shifted[inside], cropped.lesion_logit, atol=1e-4)
    assert dice(ours.predict(voi_hu) > 0, cropped.mask) < 0.99


def dice(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> float:
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))
