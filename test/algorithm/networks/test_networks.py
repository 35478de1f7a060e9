"""Networks from JSON, and their tensors by one name each."""

from typing import Any

import pytest
import torch
from nnunet_folders import new_plans, random_weights

from algorithm.models.architecture import Architecture
from algorithm.models.importing.architectures import architecture
from algorithm.models.importing.plans import Plans
from algorithm.networks.networks import aliases, build, load_state, named_once
from uls.workshop.errors import ModelError

PLANS = new_plans(features=(2, 4), strides=((1, 1, 1), (2, 2, 2)))


def _architecture() -> Architecture:
    plans = Plans.model_validate({**PLANS, "path": "plans.json"})
    return architecture(plans.configuration("3d_fullres"), about="plans.json")


@pytest.fixture
def network() -> torch.nn.Module:
    return build(_architecture())


@pytest.fixture
def state() -> dict[str, Any]:
    return random_weights(PLANS, "3d_fullres", seed=0)


def test_a_built_network_has_no_memory_and_is_in_inference_mode(network: torch.nn.Module) -> None:
    assert {parameter.device.type for parameter in network.parameters()} == {"meta"}
    assert not network.training


def test_arguments_that_make_no_network_are_refused() -> None:
    with pytest.raises(ModelError, match=r"arguments that fit, found .*momentous"):
        build(_architecture().model_copy(update={"norm_kwargs": {"momentous": 1.0}}))


def test_every_alias_leads_to_the_same_tensor(network: torch.nn.Module) -> None:
    names, tensors = aliases(network), network.state_dict(keep_vars=True)

    assert set(names) == set(tensors)
    assert all(tensors[name] is tensors[first] for name, first in names.items())
    # The stem's kernel has four names: conv and all_modules.0, in the encoder and the decoder.
    assert list(names.values()).count("encoder.stem.convs.0.conv.weight") == 4


def test_each_tensor_is_kept_once(network: torch.nn.Module, state: dict[str, Any]) -> None:
    once = named_once(network, state, about="test")

    assert set(once) == {name for name, _ in network.named_parameters()}
    assert len(once) < len(state)
    assert all(torch.equal(once[name], state[name]) for name in once)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "_orig_mod.module."])
def test_wrappers_prefixes_are_dropped(
    network: torch.nn.Module, state: dict[str, Any], prefix: str
) -> None:
    wrapped = {prefix + name: tensor for name, tensor in state.items()}

    assert set(named_once(network, wrapped, about="test")) == set(
        named_once(network, state, about="test")
    )


def test_half_precision_becomes_float32(network: torch.nn.Module, state: dict[str, Any]) -> None:
    halves = {name: tensor.half() for name, tensor in state.items()}

    once = named_once(network, halves, about="test")

    assert {tensor.dtype for tensor in once.values()} == {torch.float32}


def test_kernels_are_turned(network: torch.nn.Module, state: dict[str, Any]) -> None:
    name = "encoder.stem.convs.0.conv.weight"

    turned = named_once(network, state, axes_back=(1, 2, 0), about="test")[name]

    # The new z is the old axis 1, the new y the old 2, the new x the old 0.
    assert turned[0, 0, 1, 2, 0] == state[name][0, 0, 0, 1, 2]
    assert turned.is_contiguous()


def test_a_missing_tensor_is_named(network: torch.nn.Module, state: dict[str, Any]) -> None:
    kept = {name: tensor for name, tensor in state.items() if "transpconvs.0.bias" not in name}

    with pytest.raises(ModelError, match=r"decoder\.transpconvs\.0\.bias, found none"):
        named_once(network, kept, about="test")


def test_an_unknown_tensor_is_named(network: torch.nn.Module, state: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"others: stranger\.weight"):
        named_once(network, {**state, "stranger.weight": torch.zeros(1)}, about="test")


def test_another_shape_is_named(network: torch.nn.Module, state: dict[str, Any]) -> None:
    name = "decoder.transpconvs.0.bias"

    with pytest.raises(ModelError, match=rf"{name}: expected shape \(2,\), found \(3,\)"):
        named_once(network, {**state, name: torch.zeros(3)}, about="test")


def test_aliases_that_differ_are_refused(network: torch.nn.Module, state: dict[str, Any]) -> None:
    name = "decoder.encoder.stem.convs.0.conv.weight"

    with pytest.raises(ModelError, match=r"the same tensor as encoder\.stem"):
        named_once(network, {**state, name: state[name] + 1}, about="test")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(
    network: torch.nn.Module, state: dict[str, Any], bad: float
) -> None:
    name = "decoder.transpconvs.0.bias"

    with pytest.raises(ModelError, match="finite weights"):
        named_once(network, {**state, name: torch.tensor([0.0, bad])}, about="test")


def test_loaded_tensors_are_the_networks(network: torch.nn.Module, state: dict[str, Any]) -> None:
    once = named_once(network, state, about="test")

    load_state(network, once)

    loaded = network.state_dict()
    assert set(loaded) == set(state)
    assert all(torch.equal(loaded[name], state[name]) for name in state)


def test_loading_is_strict(network: torch.nn.Module, state: dict[str, Any]) -> None:
    once = named_once(network, state, about="test")
    del once["decoder.transpconvs.0.bias"]

    with pytest.raises(ModelError, match=r"the weights: expected the tensors decoder\.transp"):
        load_state(network, once)
