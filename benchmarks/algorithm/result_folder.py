"""A network as a result folder that a stock nnunetv2 reads, and our own import too.

Such a folder is written for random weights, and from a model folder: nnunetv2 then runs the very
tensors that our engines run, and needs none of the functions and trainers of anybody's fork.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from algorithm.models.architecture import Architecture, CTNormalisation, Normalisation, Zyx

if TYPE_CHECKING:
    import torch

__all__ = ["CHECKPOINT", "Contents", "random_state", "write_result_folder"]

CHECKPOINT = "checkpoint_final.pth"

_CONFIGURATION = "3d_fullres"
_TRAINER = "nnUNetTrainer"
_CLASSES = "dynamic_network_architectures.architectures.unet."
_UNCHANGED = "no_resampling_hack"
"""nnU-Net's own function that gives back its input."""

_SCHEMES = {"ct": "CTNormalization", "zscore": "ZScoreNormalization", "none": "NoNormalization"}

_DATASET = {
    "channel_names": {"0": "CT"},
    "labels": {"background": 0, "lesion": 1},
    "numTraining": 1,
    "file_ending": ".mha",
}


@dataclass(frozen=True)
class Contents:
    """What a result folder is written from.

    Attributes:
        architecture: the network, kernels and strides along (z, y, x).
        patch_zyx: its input in voxels.
        normalisation: of the VOI before it.
        states: each fold and its tensors by their first names, see `algorithm.networks.networks`.
    """

    architecture: Architecture
    patch_zyx: Zyx
    normalisation: Normalisation
    states: "Iterable[tuple[str, Mapping[str, torch.Tensor]]]"


def random_state(architecture: Architecture, *, seed: int = 0) -> "dict[str, torch.Tensor]":
    """Draw a network's weights as PyTorch does for a new one; the seed decides."""
    import torch  # noqa: PLC0415

    from algorithm.networks import networks  # noqa: PLC0415

    network = networks.build(architecture).to_empty(device="cpu")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for layer in network.modules():
            draw: Any = getattr(layer, "reset_parameters", None)
            if draw is not None:
                draw()
    first = set(networks.aliases(network).values())
    return {name: tensor for name, tensor in network.state_dict().items() if name in first}


def write_result_folder(contents: Contents, folder: Path) -> Path:
    """Write `plans.json`, `dataset.json` and every fold's checkpoint; give the folder."""
    import torch  # noqa: PLC0415

    from algorithm.networks import networks  # noqa: PLC0415

    folder.mkdir(parents=True)
    (folder / "plans.json").write_text(json.dumps(_plans(contents)), encoding="utf-8")
    (folder / "dataset.json").write_text(json.dumps(_DATASET), encoding="utf-8")
    for fold, state in contents.states:
        network = networks.build(contents.architecture)
        networks.load_state(network, state)
        checkpoint = {
            "network_weights": network.state_dict(),
            "trainer_name": _TRAINER,
            "init_args": {"configuration": _CONFIGURATION},
            "inference_allowed_mirroring_axes": (0, 1, 2),
        }
        place = folder / f"fold_{fold}"
        place.mkdir()
        torch.save(checkpoint, place / CHECKPOINT)
    return folder


def _plans(contents: Contents) -> dict[str, Any]:
    resampling: dict[str, Any] = {}
    for what in ("data", "seg", "probabilities"):
        resampling |= {f"resampling_fn_{what}": _UNCHANGED, f"resampling_fn_{what}_kwargs": {}}
    configuration = {
        "data_identifier": f"bench_{_CONFIGURATION}",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": list(contents.patch_zyx),
        "spacing": [1.0, 1.0, 1.0],
        "normalization_schemes": [_SCHEMES[contents.normalisation.scheme]],
        "use_mask_for_norm": [False],
        "batch_dice": False,
        "architecture": _network(contents.architecture),
        **resampling,
    }
    return {
        "dataset_name": "Dataset000_bench",
        "plans_name": "bench",
        "original_median_spacing_after_transp": [1.0, 1.0, 1.0],
        "original_median_shape_after_transp": list(contents.patch_zyx),
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {_CONFIGURATION: configuration},
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": _intensities(contents.normalisation)},
    }


def _intensities(normalisation: Normalisation) -> dict[str, float]:
    """Give CTNormalization's four numbers; schemes that read none get numbers all the same."""
    ct = normalisation if isinstance(normalisation, CTNormalisation) else None
    return {
        "percentile_00_5": ct.low_hu if ct else -1024.0,
        "percentile_99_5": ct.high_hu if ct else 3071.0,
        "mean": ct.mean_hu if ct else 0.0,
        "std": ct.std_hu if ct else 1.0,
    }


def _network(architecture: Architecture) -> dict[str, Any]:
    """Describe a network as plans do since nnU-Net v2.5."""
    values = architecture.model_dump(mode="json")
    plain = architecture.network == "PlainConvUNet"
    arguments = {
        "n_stages": architecture.stages,
        "features_per_stage": values["features_per_stage"],
        "conv_op": "torch.nn.modules.conv.Conv3d",
        "kernel_sizes": values["kernel_sizes"],
        "strides": values["strides"],
        "n_conv_per_stage" if plain else "n_blocks_per_stage": values["blocks_per_stage"],
        "n_conv_per_stage_decoder": values["convs_per_stage_decoder"],
        "conv_bias": values["conv_bias"],
        "norm_op": _class_name(values["norm"]),
        "norm_op_kwargs": values["norm_kwargs"],
        "dropout_op": _class_name(values["dropout"]),
        "dropout_op_kwargs": values["dropout_kwargs"],
        "nonlin": _class_name(values["nonlin"]),
        "nonlin_kwargs": values["nonlin_kwargs"],
    }
    return {
        "network_class_name": _CLASSES + architecture.network,
        "arch_kwargs": arguments | ({"nonlin_first": values["nonlin_first"]} if plain else {}),
        "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
    }


def _class_name(name: str | None) -> str | None:
    return None if name is None else f"torch.nn.{name}"
