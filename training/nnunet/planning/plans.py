"""Plans: how a data set is prepared for a network, and the network, in nnU-Net's format.

They name nnU-Net's stock function that does not resample, so that stock nnunetv2 runs them, too.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.planning.auto_plans import auto_plans
from training.nnunet.planning.planned_network import median_of, planned_network
from training.nnunet.planning.presets import Network, Overrides, Preset, Zyx
from uls.workshop.errors import CallError, ModelError

__all__ = ["make_plans", "patch_of", "taken_over"]

_STOCK_NO_RESAMPLING = "no_resampling_hack"
_NETWORK_CLASS = "dynamic_network_architectures.architectures.unet.ResidualEncoderUNet"


def make_plans(
    raw: RawDataset, fingerprint: Mapping[str, Any], preset: Preset, overrides: Overrides
) -> dict[str, Any]:
    """Make a preset's plans for a data set.

    Args:
        raw: the data set.
        fingerprint: its statistics, as `training.nnunet.preprocessing.fingerprint` makes them.
        preset: the recipe.
        overrides: what is changed of it.

    Raises:
        CallError: the patch does not fit the network.
    """
    if preset.resamples:
        return auto_plans(raw, fingerprint, preset, overrides)
    patch = patch_of(preset, overrides)
    network = overrides.network or preset.network
    batch_size = overrides.batch_size or preset.batch_size
    if network is None or batch_size is None:
        planned, planned_batch = planned_network(raw, fingerprint, patch)
        network, batch_size = network or planned, batch_size or planned_batch
    _check_fits(patch, network)
    spacing = median_of(fingerprint["spacings"])
    return {
        "dataset_name": raw.name,
        "plans_name": preset.plans_name,
        "original_median_spacing_after_transp": spacing,
        "original_median_shape_after_transp": list(patch),
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {
            preset.configuration: _configuration(
                preset, overrides, network, patch=patch, batch_size=batch_size, spacing=spacing
            )
        },
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": fingerprint[
            "foreground_intensity_properties_per_channel"
        ],
    }


def _configuration(
    preset: Preset,
    overrides: Overrides,
    network: Network,
    *,
    patch: Zyx,
    batch_size: int,
    spacing: list[float],
) -> dict[str, Any]:
    """Give the one configuration of the plans: what the network sees, and the network."""
    return {
        "data_identifier": f"{preset.plans_name}_{preset.configuration}",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": batch_size,
        "patch_size": list(patch),
        "median_image_size_in_voxels": list(patch),
        "spacing": spacing,
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        "batch_dice": bool(overrides.batch_dice),
        "architecture": _architecture(network),
        **_no_resampling(),
    }


def patch_of(preset: Preset, overrides: Overrides) -> Zyx:
    """Give the patch that VOIs are cropped to, around the click."""
    return overrides.patch_zyx or preset.patch_zyx


def taken_over(
    plans: Mapping[str, Any], configuration: str, *, about: Path, native_spacing: bool = False
) -> dict[str, Any]:
    """Make plans of a trained network ready for training on: one configuration, no resampling.

    Args:
        plans: old or new.
        configuration: which of their configurations; its parents are merged in.
        about: the file, for messages.
        native_spacing: the network was trained at each scan's own spacing, whatever they say.

    Raises:
        ModelError: the plans resample.
    """
    merged = _merged(plans["configurations"], configuration)
    resampling = str(merged.get("resampling_fn_data", "resample_data_or_seg_to_shape"))
    if not (native_spacing or resampling.startswith("no_resampling")):
        raise ModelError.about(
            about,
            expected="plans of a network that takes a scan at its own spacing",
            found=f"plans that resample ({resampling})",
            hint="If it was trained at each scan's own spacing all the same, as ULS+ was, say so "
            "by --native-spacing.",
        )
    merged |= {"data_identifier": f"{plans['plans_name']}_{configuration}", **_no_resampling()}
    return {**plans, "configurations": {configuration: merged}}


def _merged(configurations: Mapping[str, Any], name: str) -> dict[str, Any]:
    own = dict(configurations[name])
    parent = own.pop("inherits_from", None)
    return {**_merged(configurations, parent), **own} if parent else own


def _architecture(network: Network) -> dict[str, Any]:
    return {
        "network_class_name": _NETWORK_CLASS,
        "arch_kwargs": {
            "n_stages": len(network.features_per_stage),
            "features_per_stage": list(network.features_per_stage),
            "conv_op": "torch.nn.modules.conv.Conv3d",
            "kernel_sizes": [list(size) for size in network.kernel_sizes],
            "strides": [list(stride) for stride in network.strides],
            "n_blocks_per_stage": list(network.blocks_per_stage),
            "n_conv_per_stage_decoder": list(network.convs_per_stage_decoder),
            "conv_bias": True,
            "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
            "norm_op_kwargs": {"eps": 1e-05, "affine": True},
            "dropout_op": None,
            "dropout_op_kwargs": None,
            "nonlin": "torch.nn.LeakyReLU",
            "nonlin_kwargs": {"inplace": True},
        },
        "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
    }


def _no_resampling() -> dict[str, Any]:
    functions = {f"resampling_fn_{what}": _STOCK_NO_RESAMPLING for what in _RESAMPLED}
    return {**functions, **{f"{name}_kwargs": {} for name in functions}}


_RESAMPLED = ("data", "seg", "probabilities")


def _check_fits(patch: Zyx, network: Network) -> None:
    for size, axis in zip(patch, range(3), strict=True):
        step = 1
        for stride in network.strides:
            step *= stride[axis]
        if size % step:
            raise CallError.about(
                f"a patch of {'x'.join(map(str, patch))} voxels (z, y, x)",
                expected=f"a multiple of {step} along {'zyx'[axis]}, which the strides divide by",
                found=str(size),
            )
