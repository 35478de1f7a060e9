"""Our forward path against nnunetv2's predictor: same folder, same VOI, float32, on the CPU."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from nnunet_folders import (
    BASELINE_TRAINER,
    new_plans,
    old_plans,
    write_result_folder,
)
from nnunet_oracle import Verdict, judge

from algorithm.engines.selection.create import create
from algorithm.inference.nnunet_predictor import NnunetPredictor
from algorithm.inference.tiling import gaussian_weights, tiles
from algorithm.models import weights
from algorithm.models.architecture import Zyx
from algorithm.models.importing.model_import import import_model
from algorithm.models.importing.on_the_fly import load_model

TOLERANCE = {"torch": 1e-4, "openvino": 1e-4, "winograd": 1e-4, "onnx": 2e-3}
"""Largest difference of logits; masks are equal wherever the two classes differ by more.

ONNX Runtime adds up the voxels of an instance norm one after the other, which loses digits.
"""

HALF_TOLERANCE = 0.02
"""What blending in float16 (11 bits) may cost: some roundings of logits of about 5 by 2 ** -11."""


@dataclass(frozen=True)
class Case:
    """A result folder, the VOI to predict, and what is averaged."""

    plans: dict[str, Any]
    shape_zyx: tuple[int, int, int]
    trainer: str = "nnUNetTrainer"
    folds: tuple[str, ...] = ("all",)
    mirror_axes: tuple[int, ...] | None = (0, 1, 2)
    options: dict[str, Any] = field(default_factory=dict)
    dataset: dict[str, Any] = field(default_factory=dict)


CASES = {
    # The ULS23 baseline in small: seven stages, its trainer, plans and resampling function, and
    # one tile that covers all.
    "baseline": Case(old_plans(patch=(64, 64, 64)), (64, 64, 64), trainer=BASELINE_TRAINER),
    # ULS+ in small: new plans, a patch smaller than the VOI, plans that resample.
    "tiled": Case(
        new_plans(
            patch=(16, 24, 32),
            resampling_fn_data="resample_data_or_seg_to_shape",
            resampling_fn_data_kwargs={"is_seg": False, "order": 3, "order_z": 0},
        ),
        (20, 30, 40),
        options={"native_spacing": True},
    ),
    "two folds, two mirroring axes": Case(
        new_plans(patch=(16, 24, 32)), (24, 32, 32), folds=("0", "1"), mirror_axes=(0, 2)
    ),
    "transposed": Case(
        new_plans(
            patch=(16, 24, 32),
            transpose_forward=(2, 0, 1),
            strides=((1, 1, 1), (1, 2, 2), (2, 2, 2)),
            arguments={"kernel_sizes": [[1, 3, 3], [1, 3, 3], [3, 3, 3]]},
        ),
        (30, 40, 20),
        mirror_axes=(0, 1),
    ),
    "plain network, batch norm, dropout, ReLU, z-score": Case(
        new_plans(
            network="PlainConvUNet",
            patch=(16, 24, 32),
            normalization_schemes=["ZScoreNormalization"],
            arguments={
                "norm_op": "torch.nn.modules.batchnorm.BatchNorm3d",
                "dropout_op": "torch.nn.modules.dropout.Dropout3d",
                "dropout_op_kwargs": {"p": 0.5},
                "nonlin": "torch.nn.ReLU",
                "conv_bias": False,
            },
        ),
        (24, 24, 32),
    ),
    # nnunetv2 makes regions only of lists of several labels: this is argmax over two classes.
    "a region of one label, an ignore label": Case(
        new_plans(patch=(16, 24, 32)),
        (16, 24, 40),
        dataset={
            "labels": {"background": 0, "lesion": [1], "ignore": 2},
            "regions_class_order": [1],
        },
    ),
    "patch larger than the VOI, no normalisation": Case(
        new_plans(patch=(32, 32, 32), normalization_schemes=["NoNormalization"]), (20, 33, 31)
    ),
}


@dataclass(frozen=True)
class Judged:
    """A case's folder, VOI, our model, and what nnunetv2 says of it."""

    source: Path
    model: weights.Model
    voi_hu: npt.NDArray[np.int16]
    plain: Verdict
    mirrored: Verdict


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Small networks wait for their threads more than they compute, all the more beside others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", params=CASES, ids=str)
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return _judge(CASES[request.param], tmp_path_factory.mktemp("case"))


def _judge(case: Case, tmp_path: Path) -> Judged:
    source = write_result_folder(
        tmp_path / "result",
        case.plans,
        trainer=case.trainer,
        folds=case.folds,
        mirror_axes=case.mirror_axes,
        dataset=case.dataset,
    )
    destination = tmp_path / "model"
    import_model(source, destination, name="test", field="voi", **case.options)
    voi = voi_like_ct(case.shape_zyx)
    folds = tuple(fold if fold == "all" else int(fold) for fold in case.folds)
    return Judged(
        source=source,
        model=load_model(destination),
        voi_hu=voi,
        plain=judge(source, voi, folds=folds),
        mirrored=judge(source, voi, folds=folds, mirror=True),
    )


def voi_like_ct(shape_zyx: tuple[int, int, int]) -> npt.NDArray[np.int16]:
    """Make a bright ball in noisy soft tissue, beyond both ends of the clipping range, no zeros."""
    grid = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape_zyx), indexing="ij")
    radius = np.sqrt(sum(axis**2 for axis in grid))
    hu = np.where(radius < 0.4, 120, 40) + np.random.default_rng(0).normal(0, 60, shape_zyx)
    hu[:, :2], hu[:, -2:] = -1024, 2500
    return np.where(np.rint(hu) == 0, 1, np.rint(hu)).astype(np.int16)


def _assert_agrees(
    lesion_logit: npt.NDArray[np.float32], verdict: Verdict, tolerance: float = 1e-4
) -> None:
    assert lesion_logit.dtype == np.float32
    np.testing.assert_allclose(lesion_logit, verdict.lesion_logit, rtol=0, atol=tolerance)
    decided = np.abs(verdict.lesion_logit) > tolerance
    np.testing.assert_array_equal((lesion_logit > 0)[decided], verdict.mask[decided])
    # The comparison means something: both classes occur, and logits are far from the tolerance.
    assert 0.01 < verdict.mask.mean() < 0.99
    assert verdict.lesion_logit.std() > 100 * tolerance


@pytest.mark.parametrize("engine", TOLERANCE)
def test_logits_and_masks_agree(judged: Judged, engine: str) -> None:
    predictor = NnunetPredictor(judged.model, create(engine, judged.model))

    _assert_agrees(predictor.predict(judged.voi_hu), judged.plain, TOLERANCE[engine])


def test_mirrored_views_agree(judged: Judged) -> None:
    predictor = NnunetPredictor(judged.model, create("torch", judged.model))

    _assert_agrees(predictor.predict(judged.voi_hu, mirror=8), judged.mirrored)


@pytest.mark.parametrize("judged", ["baseline", "tiled"], indirect=True)
def test_agrees_with_unpatched_nnunet_to_half_precision(judged: Judged) -> None:
    """Blending in float16, nnunetv2 is up to 1 off where a tile's weight is next to nothing.

    There, in a VOI's corners, weight times logit is below float16's normal numbers. Elsewhere the
    difference is float16's rounding.
    """
    half = judge(judged.source, judged.voi_hu, half_sums=True)
    predictor = NnunetPredictor(judged.model, create("torch", judged.model))

    difference = np.abs(predictor.predict(judged.voi_hu) - half.lesion_logit)

    weighty = _total_weights(judged.voi_hu.shape, judged.model.manifest.patch_zyx) > 1e-3
    assert weighty.mean() > 0.5
    assert 0 < difference[weighty].max() < HALF_TOLERANCE


def _total_weights(shape_zyx: tuple[int, ...], patch_zyx: Zyx) -> npt.NDArray[np.float32]:
    total = np.zeros(shape_zyx, dtype=np.float32)
    for tile in tiles(total.shape, patch_zyx):
        total[tile] += gaussian_weights(patch_zyx)
    return total


def test_a_whole_voi_through_the_baseline_in_small(tmp_path: Path) -> None:
    plans = old_plans(base_features=2, max_features=4)
    source = write_result_folder(tmp_path / "result", plans, trainer=BASELINE_TRAINER)
    import_model(source, tmp_path / "model", name="test")
    model = load_model(tmp_path / "model")
    voi = voi_like_ct((128, 256, 256))
    verdict = judge(source, voi)

    for engine in ("torch", "openvino"):
        predictor = NnunetPredictor(model, create(engine, model))
        _assert_agrees(predictor.predict(voi), verdict)
