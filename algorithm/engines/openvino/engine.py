"""OpenVINO: the engine for a CPU. Needs no torch, reports to nobody.

It writes no file, unless it is told to leave the compiled network in the cache folder.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from algorithm.engines.base import Batch, Engine
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.compiled import CompiledFile
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.interruption import go_on_or_stop, may_be_interrupted
from algorithm.engines.mapped_pages import give_back
from algorithm.engines.openvino.concats import split_concats
from algorithm.engines.openvino.norms import average_in_blocks
from algorithm.engines.openvino_package import openvino
from algorithm.engines.options import Options
from algorithm.models.manifest import Fold
from algorithm.models.weights import Model
from uls.workshop.cpus import available_cpus
from uls.workshop.errors import ModelError

__all__ = ["OpenVinoEngine", "compile_network", "computes_in_bf16", "create"]

_LOOK_MILLISECONDS = 100
"""How often a pass that may be stopped is looked at."""

_PRECISIONS = {"f32": "f32", "bf16": "bf16", "fp16": "f16"}


def create(model: Model, fold: Fold, options: Options) -> Engine:
    """Compile one fold's network for this CPU, or load it where it was compiled before.

    Raises:
        ModelError: OpenVINO cannot read or compile the ONNX file.
    """
    path = model.folder / (fold.onnx.name if fold.onnx else "")
    shape = (1, *model.manifest.input_shape)
    conditions = Conditions.of(Candidate("openvino", "cpu", options.precision), model)
    stored = CompiledFile.of(model, fold.name, conditions)
    compiled = _loaded(stored, options.precision)
    if compiled is None:
        try:
            compiled = compile_network(path, shape, options.precision)
        except RuntimeError as error:
            found = str(error).strip().splitlines()[-1]
            raise ModelError.about(path, expected="a network OpenVINO runs", found=found) from error
        give_back(model.folder / fold.weights.name)
        if options.fill_cache:
            stored.write(compiled.export_model().getvalue())
    return OpenVinoEngine(compiled, options.precision)


def compile_network(onnx: Path, shape: tuple[int, ...], precision: str = "f32") -> Any:
    """Compile the network in an ONNX file for one patch of a shape, (1, channels, z, y, x).

    Args:
        onnx: the file.
        shape: of a patch.
        precision: one of `_PRECISIONS`.

    Raises:
        RuntimeError: OpenVINO cannot.
    """
    core = openvino.Core()
    network = core.read_model(onnx)
    network.reshape(shape)
    if precision == "f32":
        split_concats(network)
        average_in_blocks(network)
    return core.compile_model(network, "CPU", _settings(precision))


def computes_in_bf16() -> bool:
    """Say whether this CPU has instructions for bfloat16 (AMX or AVX512-BF16)."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class OpenVinoEngine:
    """A network compiled for one patch; those of a batch run one after the other.

    Args:
        compiled: the network.
        precision: that it was compiled for.
    """

    name = "openvino"

    def __init__(self, compiled: Any, precision: str) -> None:
        self.device = f"CPU ({available_cpus()} threads, {precision})"
        self._request = compiled.create_infer_request()

    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`."""
        if len(batch) == 1:
            return self._run(batch)
        return np.concatenate([self._run(patch[np.newaxis]).copy() for patch in batch])

    def _run(self, patch: Batch) -> Batch:
        inputs = [openvino.Tensor(patch, shared_memory=True)]
        if may_be_interrupted():
            self._run_interruptibly(inputs)
        else:
            self._request.infer(inputs)
        logits: Batch = self._request.get_output_tensor(0).data
        return logits

    def _run_interruptibly(self, inputs: list[Any]) -> None:
        self._request.start_async(inputs)
        try:
            while not self._request.wait_for(_LOOK_MILLISECONDS):
                go_on_or_stop()
        except BaseException:  # the next pass, or the end of the process, must find it at rest
            self._request.cancel()
            with suppress(RuntimeError):  # how it says that it was cancelled
                self._request.wait()
            raise


def _settings(precision: str) -> dict[str, Any]:
    return {
        "INFERENCE_PRECISION_HINT": _PRECISIONS[precision],
        "INFERENCE_NUM_THREADS": available_cpus(),
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
    }


def _loaded(stored: CompiledFile, precision: str) -> Any:
    """Load a compiled network, if there is one that OpenVINO takes."""
    content = stored.read()
    if content is None:
        return None
    try:
        # As bytes: a network that was imported from a tensor goes on using the tensor's memory.
        return openvino.Core().import_model(content, "CPU", _settings(precision))
    except RuntimeError:
        return None
