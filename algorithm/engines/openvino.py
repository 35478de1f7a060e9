"""OpenVINO: the engine for a CPU. Needs no torch, writes no file, reports to nobody."""

from pathlib import Path

import numpy as np

from algorithm.engines.base import Batch, Engine
from algorithm.engines.cpu import available_cpus
from algorithm.engines.openvino_norms import average_in_blocks
from algorithm.engines.openvino_package import openvino
from algorithm.engines.options import Options
from algorithm.manifest import Fold
from algorithm.weights import Model
from uls.errors import ModelError

__all__ = ["OpenVinoEngine", "computes_in_bf16", "create"]

_PRECISIONS = {"f32": "f32", "bf16": "bf16", "fp16": "f16"}


def create(model: Model, fold: Fold, options: Options) -> Engine:
    """Compile one fold's network for this CPU.

    Raises:
        ModelError: OpenVINO cannot read or compile the ONNX file.
    """
    path = model.folder / (fold.onnx.name if fold.onnx else "")
    try:
        return OpenVinoEngine(path, (1, *model.manifest.input_shape), options.precision)
    except RuntimeError as error:
        found = str(error).splitlines()[-1]
        raise ModelError.about(path, expected="a network OpenVINO runs", found=found) from error


def computes_in_bf16() -> bool:
    """Say whether this CPU has instructions for bfloat16 (AMX or AVX512-BF16)."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class OpenVinoEngine:
    """A network compiled for one patch at a time."""

    name = "openvino"

    def __init__(self, onnx: Path, shape: tuple[int, ...], precision: str = "f32") -> None:
        threads = available_cpus()
        self.device = f"CPU ({threads} threads, {precision})"
        core = openvino.Core()
        network = core.read_model(onnx)
        network.reshape(shape)
        if precision == "f32":
            average_in_blocks(network)
        settings = {
            "INFERENCE_PRECISION_HINT": _PRECISIONS[precision],
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
        }
        self._request = core.compile_model(network, "CPU", settings).create_infer_request()

    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`."""
        if len(batch) == 1:
            return self._run(batch)
        return np.concatenate([self._run(patch[np.newaxis]).copy() for patch in batch])

    def _run(self, patch: Batch) -> Batch:
        self._request.infer([openvino.Tensor(patch, shared_memory=True)])
        logits: Batch = self._request.get_output_tensor(0).data
        return logits
