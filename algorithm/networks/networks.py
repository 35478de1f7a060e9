"""A torch network from an `Architecture`, and each of its tensors by one name.

nnU-Net's networks list every layer several times (`decoder.encoder.…`, `….all_modules.…`). Here a
tensor's name is the first under which the network lists it; the others are its aliases.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from algorithm.models.architecture import Architecture, Zyx
from uls.workshop.errors import ModelError

__all__ = ["aliases", "build", "load_state", "named_once", "read_state", "save_state"]

_OTHER = "Weights and plans are of two trainings: copy both from the folder of one."
_DAMAGED = "The file is damaged: copy or import it again."
_FAILED = "The training failed (its loss became NaN): take an earlier checkpoint."

_WRAPPERS = ("module.", "_orig_mod.")
"""What distributed training and torch.compile put before every name."""

_OPERATORS: dict[str | None, type[nn.Module] | None] = {
    None: None,
    "InstanceNorm3d": nn.InstanceNorm3d,
    "BatchNorm3d": nn.BatchNorm3d,
    "Dropout3d": nn.Dropout3d,
    "LeakyReLU": nn.LeakyReLU,
    "ReLU": nn.ReLU,
}


def build(architecture: Architecture) -> nn.Module:
    """Build a network in inference mode, its tensors without memory (device `meta`).

    Raises:
        ModelError: the arguments do not make a network.
    """
    from dynamic_network_architectures.architectures import unet  # noqa: PLC0415

    plain = architecture.network == "PlainConvUNet"
    network_class = unet.PlainConvUNet if plain else unet.ResidualEncoderUNet
    try:
        with torch.device("meta"):
            network: nn.Module = network_class(**_arguments(architecture, plain=plain))
    except (TypeError, ValueError, AssertionError, RuntimeError) as error:
        about, fit = f"network {architecture.network}", "arguments that fit"
        raise ModelError.about(about, expected=fit, found=str(error), hint=_OTHER) from error
    return network.eval()


def _arguments(architecture: Architecture, *, plain: bool) -> dict[str, Any]:
    values = architecture.model_dump(mode="json")
    arguments = {
        "input_channels": values["input_channels"],
        "num_classes": values["classes"],
        "n_stages": architecture.stages,
        "features_per_stage": values["features_per_stage"],
        "conv_op": nn.Conv3d,
        "kernel_sizes": values["kernel_sizes"],
        "strides": values["strides"],
        "n_conv_per_stage" if plain else "n_blocks_per_stage": values["blocks_per_stage"],
        "n_conv_per_stage_decoder": values["convs_per_stage_decoder"],
        "conv_bias": values["conv_bias"],
        "norm_op": _OPERATORS[architecture.norm],
        "norm_op_kwargs": values["norm_kwargs"],
        "dropout_op": _OPERATORS[architecture.dropout],
        "dropout_op_kwargs": values["dropout_kwargs"],
        "nonlin": _OPERATORS[architecture.nonlin],
        "nonlin_kwargs": values["nonlin_kwargs"],
        "deep_supervision": False,
    }
    return arguments | ({"nonlin_first": values["nonlin_first"]} if plain else {})


def aliases(network: nn.Module) -> dict[str, str]:
    """Give, for every entry of the network's state dict, the first name of the same tensor."""
    first: dict[int, str] = {}
    state = network.state_dict(keep_vars=True)
    return {name: first.setdefault(id(tensor), name) for name, tensor in state.items()}


def save_state(state: Mapping[str, torch.Tensor], path: Path) -> None:
    """Write tensors that are named once as a safetensors file."""
    save_file(dict(state), path)


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """Read tensors that are named once from a safetensors file, mapped until they are used.

    Raises:
        ModelError: the file is damaged.
    """
    try:
        state: dict[str, torch.Tensor] = load_file(path)
    except SafetensorError as error:
        expected, found = "a safetensors file", str(error)
        raise ModelError.about(path, expected=expected, found=found, hint=_DAMAGED) from error
    return state


def load_state(network: nn.Module, state: Mapping[str, torch.Tensor]) -> None:
    """Put tensors that are named once into a network, in place of its own.

    Raises:
        ModelError: a tensor is missing, unknown, or of another shape.
    """
    names = aliases(network)
    _check_names(set(state), names, about="the weights")
    _check_shapes(network, state, about="the weights")
    every_name = {name: state[true_name] for name, true_name in names.items()}
    network.load_state_dict(every_name, strict=True, assign=True)


def named_once(
    network: nn.Module,
    state: Mapping[str, torch.Tensor],
    *,
    axes_back: Zyx = (0, 1, 2),
    about: Path | str,
) -> dict[str, torch.Tensor]:
    """Give a checkpoint's tensors by their first names, float32, verified against a network.

    Args:
        network: as `build` gives it.
        state: a checkpoint's state dict; wrappers' prefixes and aliases are dealt with.
        axes_back: the permutation that brings kernels from the axes of training to (z, y, x).
        about: what an error is about.

    Raises:
        ModelError: a tensor is missing, unknown, of another shape, not finite, or differs between
            two of its names.
    """
    names = aliases(network)
    unwrapped = {_unwrapped(name): _turned(tensor, axes_back) for name, tensor in state.items()}
    _check_names(set(unwrapped), names, about=about)
    once: dict[str, torch.Tensor] = {}
    for name, tensor in unwrapped.items():
        same = once.setdefault(names[name], tensor)
        if same.data_ptr() != tensor.data_ptr() and not torch.equal(same, tensor):
            expected = f"the same tensor as {names[name]}"
            raise ModelError.about(
                f"{about}, {name}", expected=expected, found="another", hint=_DAMAGED
            )
    _check_shapes(network, once, about=about)
    return {name: _as_stored(tensor, f"{about}, {name}") for name, tensor in once.items()}


def _unwrapped(name: str) -> str:
    while name.startswith(_WRAPPERS):
        name = name.partition(".")[2]
    return name


def _turned(tensor: torch.Tensor, axes_back: Zyx) -> torch.Tensor:
    """Permute a kernel's three spatial axes; other tensors stay as they are."""
    if tensor.ndim != 5 or axes_back == (0, 1, 2):
        return tensor
    return tensor.permute(0, 1, *(axis + 2 for axis in axes_back))


def _check_names(given: set[str], names: Mapping[str, str], *, about: Path | str) -> None:
    missing = sorted(set(names.values()) - {names[name] for name in given if name in names})
    unknown = sorted(given - set(names))
    if missing:
        expected, found = f"the tensors {_some(missing)}", "none so named"
        raise ModelError.about(about, expected=expected, found=found, hint=_OTHER)
    if unknown:
        expected = "tensors of the network in the plans"
        found = f"others: {_some(unknown)}"
        raise ModelError.about(about, expected=expected, found=found, hint=_OTHER)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _check_shapes(
    network: nn.Module, state: Mapping[str, torch.Tensor], *, about: Path | str
) -> None:
    for name, own in network.state_dict().items():
        if name in state and state[name].shape != own.shape:
            expected, found = f"shape {tuple(own.shape)}", f"{tuple(state[name].shape)}"
            raise ModelError.about(f"{about}, {name}", expected=expected, found=found, hint=_OTHER)


def _as_stored(tensor: torch.Tensor, about: str) -> torch.Tensor:
    """Give a tensor as the model folder keeps it: contiguous, real numbers as float32."""
    if not tensor.is_floating_point():
        return tensor.contiguous()
    if not torch.isfinite(tensor).all():
        found = "NaN or infinity"
        raise ModelError.about(about, expected="finite weights", found=found, hint=_FAILED)
    return tensor.to(torch.float32).contiguous()
