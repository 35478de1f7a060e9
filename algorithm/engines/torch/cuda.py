"""PyTorch on CUDA in half precision: what eager mode leaves on the table.

Weights and activations are half, channels last; the norms' own numbers stay float32, and so do the
sums that they make, which would overflow float16. cuDNN picks its fastest convolutions for the one
shape there is, and the whole pass is recorded as one CUDA graph, so that no Python runs between its
kernels. Patches travel through pinned memory on a stream of their own, the next while one is being
computed, and only the lesion's logit less the background's comes back, in half.

No GPU was there when this was written: it ran on a CPU only, without graph, pinning and streams.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from algorithm.engines.base import Batch

__all__ = ["HalfEngine", "in_half"]

_SLOTS = 2
"""One patch is computed while the next comes and the one before goes."""

_WARM_UP_PASSES = 3
"""Before a graph is recorded: cuDNN tries its algorithms, and memory is handed out."""


_NORMS = (nn.InstanceNorm3d, nn.BatchNorm3d)


def in_half(network: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Turn a float32 network into half precision, channels last, except its norms; in place."""
    network.to(dtype=dtype, memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    for module in network.modules():
        if isinstance(module, _NORMS):
            module.float()
    return network


class HalfEngine:
    """A network in half precision, one patch at a time.

    Args:
        network: float32, in inference mode; it is changed.
        shape: of a patch, (channels, z, y, x).
        device: `cuda`, or `cpu` to test the rest.
        precision: `fp16` or `bf16`.
        said: the device, for the log.
    """

    name = "torch"

    @torch.inference_mode()
    def __init__(
        self, network: nn.Module, shape: tuple[int, ...], *, device: str, precision: str, said: str
    ) -> None:
        self.device = said
        dtype = torch.float16 if precision == "fp16" else torch.bfloat16
        self._pass = _Pass(in_half(network, dtype).to(device), shape, device=device, dtype=dtype)
        self._slots = [_Slot(shape, device=device, dtype=dtype) for _ in range(_SLOTS)]
        on_cuda = device == "cuda"
        self._coming = torch.cuda.Stream() if on_cuda else None
        self._going = torch.cuda.Stream() if on_cuda else None

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`. With two classes, the background's logits are zero."""
        shape = (len(batch), self._pass.classes, *batch.shape[2:])
        logits = np.zeros(shape, dtype=np.float32)
        for number in range(len(batch) + 1):
            if number < len(batch):
                self._begin(batch[number], self._slots[number % _SLOTS])
            if number > 0:
                logits[number - 1, -1] = self._slots[(number - 1) % _SLOTS].result()
        return logits

    def _begin(self, patch: Batch, slot: "_Slot") -> None:
        """Send a patch on its way. On CUDA all of this is only put in line, on three streams."""
        slot.host_in.copy_(torch.from_numpy(np.ascontiguousarray(patch)))
        with _on(self._coming):
            slot.arrived.copy_(slot.host_in, non_blocking=True)
        if self._coming:
            torch.cuda.current_stream().wait_stream(self._coming)
        self._pass.run(slot.arrived, slot.lesion)
        if self._going:
            self._going.wait_stream(torch.cuda.current_stream())
        with _on(self._going):
            slot.host_out.copy_(slot.lesion, non_blocking=True)
            if slot.done:
                slot.done.record()


class _Slot:
    """Memory for one patch on its way: to the device, and what the network says back."""

    def __init__(self, shape: tuple[int, ...], *, device: str, dtype: torch.dtype) -> None:
        on_cuda = device == "cuda"
        self.host_in = torch.empty(shape, pin_memory=on_cuda)
        self.arrived = torch.empty(shape, device=device)
        self.lesion = torch.empty(shape[1:], device=device, dtype=dtype)
        self.host_out = torch.empty(shape[1:], dtype=dtype, pin_memory=on_cuda)
        self.done = torch.cuda.Event() if on_cuda else None

    def result(self) -> Batch:
        """Wait for the patch and give its lesion's logits, (z, y, x), float32."""
        if self.done:
            self.done.synchronize()
        return cast(Batch, self.host_out.float().numpy())


class _Pass:
    """The network with fixed memory for its input and output; on CUDA, recorded as a graph."""

    def __init__(
        self, network: nn.Module, shape: tuple[int, ...], *, device: str, dtype: torch.dtype
    ) -> None:
        self._network = network
        self._input = torch.zeros((1, *shape), device=device, dtype=dtype).to(
            memory_format=torch.channels_last_3d
        )
        self._graph = torch.cuda.CUDAGraph() if device == "cuda" else None
        self._logits = (
            self._network(self._input) if self._graph is None else self._record(self._graph)
        )
        self.classes = self._logits.shape[1]

    def run(self, patch: Tensor, lesion: Tensor) -> None:
        """Compute a patch's lesion logit less its background's, (z, y, x)."""
        self._input.copy_(patch[None])
        if self._graph is None:
            self._logits = self._network(self._input)
        else:
            self._graph.replay()
        if self.classes == 2:
            torch.sub(self._logits[0, 1], self._logits[0, 0], out=lesion)
        else:
            lesion.copy_(self._logits[0, 0])

    def _record(self, graph: "torch.cuda.CUDAGraph") -> Tensor:
        """Record one pass, after some on a stream aside, as PyTorch asks for."""
        torch.backends.cudnn.benchmark = True
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_WARM_UP_PASSES):
                self._network(self._input)
        torch.cuda.current_stream().wait_stream(aside)
        with torch.cuda.graph(graph):
            logits: Tensor = self._network(self._input)
        return logits


def _on(stream: "torch.cuda.Stream | None") -> AbstractContextManager[object]:
    return torch.cuda.stream(stream) if stream else nullcontext()
