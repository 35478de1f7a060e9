"""The torch layers that a network of ours may have, and what each is called in ONNX."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from uls.workshop.errors import ModelError

__all__ = ["LAYERS", "Layer", "unknown_layer"]


@dataclass(frozen=True)
class Layer:
    """How one kind of torch layer is said in ONNX; `runs` is false where it would be said wrong."""

    op_type: str
    attributes: Callable[[Any], dict[str, Any]]
    tensors: tuple[str, ...] = ()
    runs: Callable[[Any], bool] = lambda _: True

    def tensors_of(self, module: nn.Module) -> list[str]:
        """Name the layer's tensors that this module has, in ONNX's order."""
        return [name for name in self.tensors if getattr(module, name) is not None]


def _convolution(module: Any) -> dict[str, Any]:
    return {
        "kernel_shape": list(module.kernel_size),
        "strides": list(module.stride),
        "pads": [*module.padding, *module.padding],
        "dilations": list(module.dilation),
        "group": module.groups,
    }


def _three(size: Any) -> list[int]:
    return [size] * 3 if isinstance(size, int) else list(size)


LAYERS: dict[type[nn.Module], Layer] = {
    nn.Conv3d: Layer(
        "Conv",
        _convolution,
        tensors=("weight", "bias"),
        runs=lambda conv: conv.padding_mode == "zeros" and not isinstance(conv.padding, str),
    ),
    nn.ConvTranspose3d: Layer(
        "ConvTranspose",
        lambda conv: {**_convolution(conv), "output_padding": list(conv.output_padding)},
        tensors=("weight", "bias"),
    ),
    nn.InstanceNorm3d: Layer(
        "InstanceNormalization",
        lambda norm: {"epsilon": norm.eps},
        tensors=("weight", "bias"),
        runs=lambda norm: norm.affine and not norm.track_running_stats,
    ),
    nn.BatchNorm3d: Layer(
        "BatchNormalization",
        lambda norm: {"epsilon": norm.eps},
        tensors=("weight", "bias", "running_mean", "running_var"),
        runs=lambda norm: norm.affine and norm.track_running_stats,
    ),
    nn.LeakyReLU: Layer("LeakyRelu", lambda relu: {"alpha": relu.negative_slope}),
    nn.ReLU: Layer("Relu", lambda _: {}),
    nn.AvgPool3d: Layer(
        "AveragePool",
        lambda pool: {"kernel_shape": _three(pool.kernel_size), "strides": _three(pool.stride)},
        runs=lambda pool: _three(pool.padding) == [0, 0, 0] and not pool.ceil_mode,
    ),
}


def unknown_layer(what: str) -> ModelError:
    """Raise an error that names the layer that this export does not know, and those it knows."""
    known = ", ".join(sorted(layer.__name__ for layer in LAYERS))
    return ModelError.about(
        "ONNX export",
        expected=f"layers among {known}",
        found=what,
        hint="Import it where the package onnx is not installed: the torch engine runs it all the "
        "same.",
    )
