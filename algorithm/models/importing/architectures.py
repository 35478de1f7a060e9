"""From the network in a `plans.json`, old format or new, to an `Architecture` we know how to run.

Class and operator names are looked up in the tables below and nowhere else: a name in a JSON file
never decides what is imported.
"""

from collections.abc import Collection
from typing import Any

from algorithm.models.architecture import Architecture
from algorithm.models.importing.plans import Configuration, NewArchitecture
from algorithm.models.json_files import parse
from uls.workshop.errors import ModelError

__all__ = ["architecture"]

_HINT = (
    "This program runs nnU-Net's plain and residual-encoder U-Nets in 3D; where the plans are "
    "right, train such a network."
)

_PACKAGE = "dynamic_network_architectures.architectures."

_NETWORKS = {
    f"{_PACKAGE}unet.PlainConvUNet": "PlainConvUNet",
    f"{_PACKAGE}unet.ResidualEncoderUNet": "ResidualEncoderUNet",
    f"{_PACKAGE}residual_unet.ResidualEncoderUNet": "ResidualEncoderUNet",
}

_BLOCKS = {"PlainConvUNet": "n_conv_per_stage", "ResidualEncoderUNet": "n_blocks_per_stage"}
"""Each network's own name for how many blocks an encoder stage has."""

_OPERATORS = {
    "torch.nn.modules.conv.Conv3d": "Conv3d",
    "torch.nn.Conv3d": "Conv3d",
    "torch.nn.modules.instancenorm.InstanceNorm3d": "InstanceNorm3d",
    "torch.nn.InstanceNorm3d": "InstanceNorm3d",
    "torch.nn.modules.batchnorm.BatchNorm3d": "BatchNorm3d",
    "torch.nn.BatchNorm3d": "BatchNorm3d",
    "torch.nn.modules.dropout.Dropout3d": "Dropout3d",
    "torch.nn.Dropout3d": "Dropout3d",
    "torch.nn.modules.activation.LeakyReLU": "LeakyReLU",
    "torch.nn.LeakyReLU": "LeakyReLU",
    "torch.nn.modules.activation.ReLU": "ReLU",
    "torch.nn.ReLU": "ReLU",
}

_RENAMED = {
    "features_per_stage": "features_per_stage",
    "kernel_sizes": "kernel_sizes",
    "strides": "strides",
    "n_conv_per_stage": "blocks_per_stage",
    "n_blocks_per_stage": "blocks_per_stage",
    "n_conv_per_stage_decoder": "convs_per_stage_decoder",
    "conv_bias": "conv_bias",
    "norm_op": "norm",
    "norm_op_kwargs": "norm_kwargs",
    "dropout_op": "dropout",
    "dropout_op_kwargs": "dropout_kwargs",
    "nonlin": "nonlin",
    "nonlin_kwargs": "nonlin_kwargs",
    "nonlin_first": "nonlin_first",
}
"""Arguments of the networks' constructors, and what `Architecture` calls them."""

_IMPLIED = {"n_stages", "conv_op", "deep_supervision"}
"""Arguments that follow from the rest, or that inference does without."""


def architecture(configuration: Configuration, *, about: str) -> Architecture:
    """Give the network of a configuration.

    Raises:
        ModelError: a class, operator or argument is not one of those that this program runs.
    """
    if configuration.architecture is not None:
        values = _from_new_plans(configuration.architecture, about)
    else:
        values = _from_old_plans(configuration, about)
    return parse(Architecture, values, about=about, expected="a network of nnU-Net v2", hint=_HINT)


def _from_old_plans(old: Configuration, about: str) -> dict[str, Any]:
    """Fill in what old plans left to nnU-Net's code: bias, instance norm, leaky ReLU."""
    network = _allowed(old.unet_class_name, _BLOCKS, about=f"{about}, UNet_class_name")
    stages = range(len(old.n_conv_per_stage_encoder))
    return {
        "network": network,
        "features_per_stage": [min(old.base_features * 2**s, old.max_features) for s in stages],
        "kernel_sizes": old.conv_kernel_sizes,
        "strides": old.pool_op_kernel_sizes,
        "blocks_per_stage": old.n_conv_per_stage_encoder,
        "convs_per_stage_decoder": old.n_conv_per_stage_decoder,
        "conv_bias": True,
        "norm": "InstanceNorm3d",
        "norm_kwargs": {"eps": 1e-5, "affine": True},
        "nonlin": "LeakyReLU",
        "nonlin_kwargs": {"inplace": True},
    }


def _from_new_plans(new: NewArchitecture, about: str) -> dict[str, Any]:
    name = _allowed(new.network_class_name, _NETWORKS, about=f"{about}, network_class_name")
    network = _NETWORKS[name]
    given = {key: value for key, value in new.arch_kwargs.items() if value is not None}
    if given.pop("conv_op", None) not in {"torch.nn.modules.conv.Conv3d", "torch.nn.Conv3d"}:
        found = repr(new.arch_kwargs.get("conv_op"))
        raise ModelError.about(
            f"{about}, conv_op", expected="a 3D convolution", found=found, hint=_HINT
        )
    known = (_RENAMED.keys() - _BLOCKS.values()) | _IMPLIED | {_BLOCKS[network]}
    for key in given:
        _allowed(key, known, about=f"{about}, arguments of {network}")
    operators: dict[str, str] = {
        key: _OPERATORS[_allowed(given[key], _OPERATORS, about=f"{about}, {key}")]
        for key in ("norm_op", "dropout_op", "nonlin")
        if key in given
    }
    arguments: dict[str, Any] = {**given, **operators}
    renamed = {_RENAMED[key]: value for key, value in arguments.items() if key in _RENAMED}
    return {"network": network, **renamed}


def _allowed(name: Any, names: Collection[str], *, about: str) -> str:
    if not isinstance(name, str) or name not in names:
        known = ", ".join(sorted(names))
        raise ModelError.about(about, expected=f"one of {known}", found=repr(name), hint=_HINT)
    return name
