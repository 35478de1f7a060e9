"""How much work a network is: multiplications and bytes, counted from the shapes of its layers.

The network is traced and run on torch's device `meta`, which has shapes and no numbers, so that
counting 190 million parameters on 8 million voxels takes a second and no memory.
"""

import math
from dataclasses import dataclass
from typing import Any

from algorithm.models.manifest import AnyManifest, ZoomManifest

__all__ = ["BYTES_PER_VALUE", "Work", "count_work", "work_of"]

BYTES_PER_VALUE = {"f32": 4, "bf16": 2, "fp16": 2}


@dataclass(frozen=True)
class Work:
    """One pass of one network over one patch.

    Attributes:
        flops: of convolutions and transposed convolutions, 2 for each multiply-add, those with a
            padding's zeros counted; of the ULS23 baseline all else is about a hundredth of that.
        weights: values that layers read once.
        activations: values that layers read and write: each layer reads its whole input from
            memory and writes its whole output, nothing is fused, nothing stays in a cache.
    """

    flops: int
    weights: int
    activations: int

    def bytes_moved(self, precision: str) -> int:
        """Give the bytes that pass to and from memory, every value in one precision."""
        return (self.weights + self.activations) * BYTES_PER_VALUE[precision]

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.flops + other.flops,
            self.weights + other.weights,
            self.activations + other.activations,
        )


def work_of(manifest: AnyManifest) -> Work:
    """Count one pass of a model's network over its patch; needs torch.

    A model of several folds takes as many passes.
    """
    return count_work(_empty_network(manifest), (1, *manifest.input_shape))


def _empty_network(manifest: AnyManifest) -> Any:
    """Build a network on the device `meta`."""
    import torch  # noqa: PLC0415

    from algorithm.networks import networks, zoom_network  # noqa: PLC0415

    if not isinstance(manifest, ZoomManifest):
        return networks.build(manifest.architecture)
    layers = manifest.architecture
    with torch.device("meta"):
        return zoom_network.ZoomNetwork(
            layers.channels_in, layers.widths, layers.blocks, norm=False
        ).eval()


def count_work(network: Any, input_shape: tuple[int, ...]) -> Work:
    """Count a torch network's work, layer by layer.

    Args:
        network: a `torch.nn.Module` on the device `meta`, in inference mode, that torch.fx traces.
        input_shape: (n, channels, z, y, x).
    """
    import torch  # noqa: PLC0415
    from torch import fx  # noqa: PLC0415

    class Counter(fx.Interpreter):  # type: ignore[misc,unused-ignore]
        """Runs a traced network node by node and adds up what each does."""

        total = Work(0, 0, 0)

        def run_node(self, n: fx.Node) -> Any:
            arguments, _ = self.fetch_args_kwargs_from_env(n)
            read = sum(tensor.numel() for tensor in _tensors(arguments))
            result = super().run_node(n)
            if n.op in {"call_module", "call_function"}:
                layer = self.module.get_submodule(str(n.target)) if n.op == "call_module" else None
                self.total += _layer_work(layer, arguments, result, read=read)
            return result

    traced = fx.GraphModule(network, fx.Tracer().trace(network))
    counter = Counter(traced)
    with torch.inference_mode():
        counter.run(torch.empty(input_shape, device="meta"))
    return counter.total


def _layer_work(layer: Any, arguments: Any, result: Any, *, read: int) -> Work:
    from torch import nn  # noqa: PLC0415

    if isinstance(layer, (nn.Identity, nn.Dropout3d)):
        return Work(0, 0, 0)
    weights = 0 if layer is None else sum(tensor.numel() for tensor in layer.parameters())
    flops = 0
    if isinstance(layer, nn.ConvTranspose3d):
        # Every voxel that goes in meets a whole kernel for each channel that comes out.
        kernel = math.prod(layer.kernel_size)
        flops = 2 * arguments[0].numel() * kernel * layer.out_channels // layer.groups
    elif isinstance(layer, nn.Conv3d):
        kernel = math.prod(layer.kernel_size)
        flops = 2 * result.numel() * kernel * layer.in_channels // layer.groups
    return Work(flops, weights, read + result.numel())


def _tensors(arguments: Any) -> list[Any]:
    """List the tensors among a node's arguments, those in lists too."""
    if isinstance(arguments, (list, tuple)):
        return [tensor for one in arguments for tensor in _tensors(one)]
    return [arguments] if hasattr(arguments, "numel") else []
