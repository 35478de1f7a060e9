"""From plans, old and new, to a network; nothing is imported that a plan names."""

from typing import Any

import pytest
from nnunet_folders import BASELINE_CONFIGURATION, new_plans, old_plans

from algorithm.models.architecture import Architecture
from algorithm.models.importing.architectures import architecture
from algorithm.models.importing.plans import Plans
from uls.workshop.errors import ModelError


def _architecture(plans: dict[str, Any], configuration: str = "3d_fullres") -> Architecture:
    read = Plans.model_validate({**plans, "path": "plans.json"})
    return architecture(read.configuration(configuration), about="plans.json")


def test_the_baselines_old_plans() -> None:
    plans = old_plans(base_features=32, max_features=384, blocks=(1, 3, 4, 6, 6, 6, 6))

    network = _architecture(plans, BASELINE_CONFIGURATION)

    assert network.network == "ResidualEncoderUNet"
    assert network.features_per_stage == (32, 64, 128, 256, 384, 384, 384)
    assert network.blocks_per_stage == (1, 3, 4, 6, 6, 6, 6)
    assert network.convs_per_stage_decoder == (1,) * 6
    assert network.strides == ((1, 1, 1), *[(2, 2, 2)] * 5, (1, 2, 2))
    assert network.downsampling_zyx == (32, 64, 64)
    assert (network.norm, network.nonlin, network.conv_bias) == (
        "InstanceNorm3d",
        "LeakyReLU",
        True,
    )
    assert network.norm_kwargs == {"eps": 1e-5, "affine": True}


def test_old_plans_of_a_plain_network() -> None:
    network = _architecture(old_plans())

    assert network.network == "PlainConvUNet"
    assert network.blocks_per_stage == (2,) * 7


def test_new_plans() -> None:
    network = _architecture(new_plans(features=(4, 8, 16)))

    assert network.network == "ResidualEncoderUNet"
    assert network.features_per_stage == (4, 8, 16)
    assert (network.norm, network.dropout, network.nonlin) == ("InstanceNorm3d", None, "LeakyReLU")


def test_new_plans_of_a_plain_network_without_norm() -> None:
    plans = new_plans(network="PlainConvUNet", arguments={"norm_op": None, "norm_op_kwargs": None})

    network = _architecture(plans)

    assert network.network == "PlainConvUNet"
    assert network.norm is None


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"nonlin": "os.system"}, "os.system"),
        ({"nonlin": "torch.nn.GELU"}, "torch.nn.GELU"),
        ({"norm_op": "torch.nn.modules.instancenorm.InstanceNorm2d"}, "InstanceNorm2d"),
        ({"conv_op": "torch.nn.modules.conv.Conv2d"}, "Conv2d"),
        ({"conv_op": None}, "None"),
        ({"nonlin": None}, "nonlin"),
        ({"stem_channels": 8}, "stem_channels"),
        ({"n_conv_per_stage": [1, 1, 1]}, "n_conv_per_stage"),
        ({"nonlin_first": True}, "nonlin_first"),
        ({"strides": [[1, 1, 1], [2, 2, 2]]}, "one entry for each of 3 stages"),
        ({"n_conv_per_stage_decoder": [1]}, "2 decoder stages"),
        ({"kernel_sizes": [3, 3, 3]}, "kernel_sizes"),
        ({"features_per_stage": None}, "features_per_stage"),
    ],
)
def test_what_is_not_on_the_list_is_refused_by_name(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ModelError, match=named.replace(".", r"\.")):
        _architecture(new_plans(arguments=arguments))


@pytest.mark.parametrize("name", ["os.system", "dynamic_network_architectures.primus.Primus"])
def test_another_network_is_refused_by_name(name: str) -> None:
    plans = new_plans()
    plans["configurations"]["3d_fullres"]["architecture"]["network_class_name"] = name

    with pytest.raises(ModelError, match=name.replace(".", r"\.")):
        _architecture(plans)


def test_another_old_network_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match=r"UNet_class_name.*ResidualUNet"):
        _architecture(old_plans(UNet_class_name="ResidualUNet"), BASELINE_CONFIGURATION)
