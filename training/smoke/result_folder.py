"""The trained network as an nnU-Net v2 result folder, in the new plans format."""

import json
from pathlib import Path
from typing import Any

import torch

from training.smoke.loop import LesionHU
from training.smoke.network import NETWORK_CLASS, network_arguments
from training.smoke.recipe import SmokeRecipe

__all__ = ["DATASET", "write_result_folder"]

DATASET = "Dataset923_SyntheticLesions"
TRAINER, PLANS, CONFIGURATION = "nnUNetTrainer", "nnUNetPlans", "3d_fullres"


def write_result_folder(
    network: torch.nn.Module, lesion_hu: LesionHU, recipe: SmokeRecipe, root: Path
) -> Path:
    """Write plans, data set description and checkpoint as nnU-Net would; return the folder."""
    folder = root / DATASET / f"{TRAINER}__{PLANS}__{CONFIGURATION}"
    (folder / "fold_all").mkdir(parents=True, exist_ok=True)
    _write_json(_dataset(recipe), folder / "dataset.json")
    _write_json(_plans(lesion_hu, recipe), folder / "plans.json")
    torch.save(_checkpoint(network, recipe), folder / "fold_all" / "checkpoint_final.pth")
    return folder


def _dataset(recipe: SmokeRecipe) -> dict[str, Any]:
    return {
        "channel_names": {"0": "CT"},
        "labels": {"background": 0, "lesion": 1},
        "numTraining": recipe.training_scenes,
        "file_ending": ".nii.gz",
    }


def _checkpoint(network: torch.nn.Module, recipe: SmokeRecipe) -> dict[str, Any]:
    """Keep what nnU-Net's predictor reads of a checkpoint: tensors and plain values only."""
    return {
        "network_weights": network.state_dict(),
        "optimizer_state": None,
        "grad_scaler_state": None,
        "current_epoch": recipe.steps,
        "init_args": {"configuration": CONFIGURATION, "fold": "all"},
        "trainer_name": TRAINER,
        "inference_allowed_mirroring_axes": (0, 1, 2),
    }


def _plans(lesion_hu: LesionHU, recipe: SmokeRecipe) -> dict[str, Any]:
    spacing = [1.0, 1.0, 1.0]  # plans want one, but cases are predicted at their own spacing
    return {
        "dataset_name": DATASET,
        "plans_name": PLANS,
        "original_median_spacing_after_transp": spacing,
        "original_median_shape_after_transp": list(recipe.patch_zyx),
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {CONFIGURATION: _configuration(recipe, spacing)},
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {
            "0": {
                "max": lesion_hu.highest,
                "mean": lesion_hu.mean,
                "median": lesion_hu.median,
                "min": lesion_hu.lowest,
                "percentile_00_5": lesion_hu.low,
                "percentile_99_5": lesion_hu.high,
                "std": lesion_hu.std,
            }
        },
    }


def _configuration(recipe: SmokeRecipe, spacing: list[float]) -> dict[str, Any]:
    resampling: dict[str, Any] = {}
    for what in ("data", "seg", "probabilities"):
        resampling[f"resampling_fn_{what}"] = "no_resampling_hack"
        resampling[f"resampling_fn_{what}_kwargs"] = {}
    return {
        "data_identifier": f"{PLANS}_{CONFIGURATION}",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": recipe.batch_size,
        "patch_size": list(recipe.patch_zyx),
        "median_image_size_in_voxels": list(recipe.patch_zyx),
        "spacing": spacing,
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        **resampling,
        "batch_dice": False,
        "architecture": {
            "network_class_name": NETWORK_CLASS,
            "arch_kwargs": network_arguments(recipe),
            "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
        },
    }


def _write_json(value: Any, path: Path) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
