"""Builds small nnU-Net v2 result folders with random weights, as training would have left them.

`old_plans` has the format and the names of the ULS23 baseline: seven stages, a trainer, plans and a
resampling function that stock nnunetv2 lacks. `new_plans` has the format since nnU-Net v2.5.
"""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch

from algorithm.models.importing.architectures import architecture
from algorithm.models.importing.plans import Plans
from algorithm.networks.networks import aliases, build, load_state

BASELINE_STRIDES = [[1, 1, 1], *[[2, 2, 2]] * 5, [1, 2, 2]]
BASELINE_TRAINER = "nnUNetTrainer_ULS_500_QuarterLR"
BASELINE_CONFIGURATION = "3d_fullres_resenc"

HU = {"percentile_00_5": -910.0, "percentile_99_5": 1672.0, "mean": 21.7, "std": 331.6}
"""The ULS23 baseline's intensity statistics."""

_DATASET = {
    "channel_names": {"0": "CT"},
    "labels": {"background": 0, "lesion": 1},
    "numTraining": 1,
    "file_ending": ".nii.gz",
}


def old_plans(
    *,
    base_features: int = 4,
    max_features: int = 8,
    strides: Sequence[Sequence[int]] = BASELINE_STRIDES,
    blocks: Sequence[int] = (1, 1, 1, 1, 1, 1, 1),
    patch: Sequence[int] = (128, 256, 256),
    **changes: Any,
) -> dict[str, Any]:
    """Plans like the ULS23 baseline's, whose configuration inherits from a stock one."""
    stages = len(strides)
    stock = {
        "data_identifier": "nnUNetPlans_3d_fullres",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": [64, 64, 64],
        "spacing": [1.0, 1.0, 1.0],
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        "resampling_fn_data": "no_resampling_data_or_seg_to_shape",
        "resampling_fn_seg": "no_resampling_data_or_seg_to_shape",
        "resampling_fn_probabilities": "no_resampling_data_or_seg_to_shape",
        "resampling_fn_data_kwargs": {},
        "resampling_fn_seg_kwargs": {},
        "resampling_fn_probabilities_kwargs": {},
        "UNet_class_name": "PlainConvUNet",
        "UNet_base_num_features": base_features,
        "n_conv_per_stage_encoder": [2] * stages,
        "n_conv_per_stage_decoder": [1] * (stages - 1),
        "num_pool_per_axis": [5, 6, 6],
        "pool_op_kernel_sizes": [list(stride) for stride in strides],
        "conv_kernel_sizes": [[3, 3, 3]] * stages,
        "unet_max_num_features": max_features,
        "batch_dice": False,
    }
    child = {
        "inherits_from": "3d_fullres",
        "patch_size": list(patch),
        "UNet_class_name": "ResidualEncoderUNet",
        "n_conv_per_stage_encoder": list(blocks),
        **changes,
    }
    return _plans("nnUNetPlansNoRs", {"3d_fullres": stock, BASELINE_CONFIGURATION: child})


def new_plans(
    *,
    network: str = "ResidualEncoderUNet",
    features: Sequence[int] = (4, 8, 8),
    strides: Sequence[Sequence[int]] = ((1, 1, 1), (2, 2, 2), (2, 2, 2)),
    patch: Sequence[int] = (64, 128, 128),
    transpose_forward: Sequence[int] = (0, 1, 2),
    arguments: Mapping[str, Any] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Plans since nnU-Net v2.5, like those of ULS+; they resample by nnU-Net's stock function."""
    stages = len(features)
    blocks = "n_conv_per_stage" if network == "PlainConvUNet" else "n_blocks_per_stage"
    configuration = {
        "data_identifier": "nnUNetPlans_3d_fullres",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": list(patch),
        "spacing": [1.0, 1.0, 1.0],
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        "resampling_fn_data": "no_resampling_hack",
        "resampling_fn_seg": "no_resampling_hack",
        "resampling_fn_probabilities": "no_resampling_hack",
        "resampling_fn_data_kwargs": {},
        "resampling_fn_seg_kwargs": {},
        "resampling_fn_probabilities_kwargs": {},
        "batch_dice": True,
        "architecture": {
            "network_class_name": f"dynamic_network_architectures.architectures.unet.{network}",
            "arch_kwargs": {
                "n_stages": stages,
                "features_per_stage": list(features),
                "conv_op": "torch.nn.modules.conv.Conv3d",
                "kernel_sizes": [[3, 3, 3]] * stages,
                "strides": [list(stride) for stride in strides],
                blocks: [1] * stages,
                "n_conv_per_stage_decoder": [1] * (stages - 1),
                "conv_bias": True,
                "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
                "norm_op_kwargs": {"eps": 1e-05, "affine": True},
                "dropout_op": None,
                "dropout_op_kwargs": None,
                "nonlin": "torch.nn.LeakyReLU",
                "nonlin_kwargs": {"inplace": True},
                **(arguments or {}),
            },
            "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
        },
        **changes,
    }
    return _plans("nnUNetResEncUNetLPlans", {"3d_fullres": configuration}, transpose_forward)


def _plans(
    name: str,
    configurations: dict[str, Any],
    transpose_forward: Sequence[int] = (0, 1, 2),
) -> dict[str, Any]:
    return {
        "dataset_name": "Dataset901_Filtered_FSUP",
        "plans_name": name,
        "original_median_spacing_after_transp": [1.0, 1.0, 1.0],
        "original_median_shape_after_transp": [128, 256, 256],
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": list(transpose_forward),
        "transpose_backward": [list(transpose_forward).index(axis) for axis in range(3)],
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": {**HU, "min": -1024.0, "max": 3071.0}},
        "configurations": configurations,
    }


def write_result_folder(
    folder: Path,
    plans: dict[str, Any],
    *,
    trainer: str = "nnUNetTrainer",
    configuration: str | None = None,
    folds: Sequence[str] = ("all",),
    checkpoint: str = "checkpoint_best.pth",
    mirror_axes: Sequence[int] | None = (0, 1, 2),
    dataset: Mapping[str, Any] | None = None,
    seed: int = 0,
    prefix: str = "",
) -> Path:
    """Write plans, dataset and a checkpoint of random weights per fold; give the folder."""
    folder.mkdir(parents=True)
    (folder / "plans.json").write_text(json.dumps(plans))
    (folder / "dataset.json").write_text(json.dumps({**_DATASET, **(dataset or {})}))
    name = configuration or list(plans["configurations"])[-1]
    for number, fold in enumerate(folds):
        (folder / f"fold_{fold}").mkdir()
        weights = random_weights(plans, name, seed=seed + number)
        content = _checkpoint(plans, name, trainer, mirror_axes)
        content["network_weights"] = {prefix + name: weights[name] for name in weights}
        torch.save(content, folder / f"fold_{fold}" / checkpoint)
    return folder


def random_weights(plans: dict[str, Any], configuration: str, *, seed: int) -> dict[str, Any]:
    """Give a state dict under all of nnU-Net's names, of which noise is half lesion."""
    read = Plans.model_validate({**deepcopy(plans), "path": "plans.json"})
    network_plan = architecture(read.configuration(configuration), about="test")
    network = build(network_plan).to_empty(device="cpu")
    names = aliases(network)
    random = torch.Generator().manual_seed(seed)
    once: dict[str, torch.Tensor] = {}
    for name, tensor in network.state_dict().items():
        once.setdefault(names[name], _random_tensor(name, tensor, random))
    load_state(network, once)
    smallest = [2 * step for step in network_plan.downsampling_zyx]
    with torch.inference_mode():
        logits = network(torch.randn((1, 1, *smallest), generator=random))[0]
    last = f"decoder.seg_layers.{network_plan.stages - 2}.bias"
    once[last][1] -= (logits[1] - logits[0]).median().item()
    return {name: once[first] for name, first in names.items()}


def _random_tensor(name: str, like: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    if not like.is_floating_point():
        return torch.zeros_like(like)
    values = torch.randn(like.shape, generator=random)
    if name.endswith("running_var"):
        return values.abs() + 0.5
    if like.ndim == 1:
        return values * 0.2 + (1.0 if name.endswith("weight") else 0.0)
    return values * (2.0 / like[0].numel()) ** 0.5


def _checkpoint(
    plans: dict[str, Any],
    configuration: str,
    trainer: str,
    mirror_axes: Sequence[int] | None,
) -> dict[str, Any]:
    """Give what nnU-Net's trainer saves beside the weights, numpy scalars and all."""
    return {
        "optimizer_state": {"state": {0: {"momentum_buffer": torch.ones(3)}}, "param_groups": []},
        "grad_scaler_state": {"scale": 65536.0, "_growth_tracker": 3},
        "logging": {
            "mean_fg_dice": [np.float64(0.5), np.float32(0.75)],
            "dice_per_class_or_region": [[np.float64(0.5)], [np.float64(0.75)]],
            "lrs": [0.01, 0.005],
        },
        "_best_ema": np.float64(0.7),
        "current_epoch": 500,
        "init_args": {
            "plans": plans,
            "configuration": configuration,
            "fold": "all",
            "dataset_json": _DATASET,
            "unpack_dataset": True,
            "device": torch.device("cpu"),
        },
        "trainer_name": trainer,
        "inference_allowed_mirroring_axes": None if mirror_axes is None else tuple(mirror_axes),
    }
