"""The smoke model's network, as nnU-Net's plans describe it."""

from typing import Any, cast

import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet

from training.smoke.recipe import SmokeRecipe

__all__ = ["NETWORK_CLASS", "build_network", "network_arguments"]

NETWORK_CLASS = "dynamic_network_architectures.architectures.unet.PlainConvUNet"


def network_arguments(recipe: SmokeRecipe) -> dict[str, Any]:
    """Give the network's arguments in the form of plans: operators by name."""
    stages = len(recipe.features)
    return {
        "n_stages": stages,
        "features_per_stage": list(recipe.features),
        "conv_op": "torch.nn.modules.conv.Conv3d",
        "kernel_sizes": [[3, 3, 3]] * stages,
        "strides": [list(stride) for stride in recipe.strides],
        "n_conv_per_stage": list(recipe.blocks),
        "n_conv_per_stage_decoder": [1] * (stages - 1),
        "conv_bias": True,
        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
        "norm_op_kwargs": {"eps": 1e-05, "affine": True},
        "dropout_op": None,
        "dropout_op_kwargs": None,
        "nonlin": "torch.nn.LeakyReLU",
        "nonlin_kwargs": {"inplace": True},
    }


def build_network(recipe: SmokeRecipe) -> torch.nn.Module:
    """Build the network with fresh weights: 1 channel in, 2 classes out, at every resolution."""
    operators = {
        "conv_op": torch.nn.Conv3d,
        "norm_op": torch.nn.InstanceNorm3d,
        "nonlin": torch.nn.LeakyReLU,
    }
    arguments = {**network_arguments(recipe), **operators}
    network = PlainConvUNet(input_channels=1, num_classes=2, deep_supervision=True, **arguments)
    half = recipe.lesion_prior_logit / 2
    with torch.no_grad():
        for layer in network.decoder.seg_layers:
            layer.bias.copy_(torch.tensor([-half, half]))
    return cast(torch.nn.Module, network)
