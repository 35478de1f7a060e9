"""ONNX Runtime on a CPU or with CUDA: a third opinion, for machines that have it already.

On a CPU its instance norm adds up a channel's voxels one after the other in float32. Over a whole
VOI that put logits up to 6e-3 off (seven stages, against float64), so `auto` takes it last. On CUDA
it never ran here, as no GPU was there: it is taken only where the check finds that it agrees.
"""

from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

from algorithm.engines.base import Batch, Engine
from algorithm.engines.options import Options
from algorithm.models.manifest import Fold
from algorithm.models.onnx_names import INPUT
from algorithm.models.weights import Model
from uls.workshop.cpus import available_cpus
from uls.workshop.errors import CallError, ModelError

__all__ = ["OnnxEngine", "create", "new_session"]

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}

_CUDA_SETTINGS = {
    "cudnn_conv_algo_search": "EXHAUSTIVE",
    "use_tf32": "0",  # as torch's float32: TF32 rounds to 10 bits
}


def create(model: Model, fold: Fold, options: Options) -> Engine:
    """Load one fold's network.

    Raises:
        CallError: this build of ONNX Runtime cannot use the device.
        ModelError: ONNX Runtime cannot read the ONNX file.
    """
    settings = _CUDA_SETTINGS if options.device == "cuda" else {}
    session = new_session(model, fold, _PROVIDERS[options.device], settings)
    threads = session.get_session_options().intra_op_num_threads
    said = "CUDA" if options.device == "cuda" else f"CPU ({threads} threads, f32)"
    return OnnxEngine(session, said)


def new_session(
    model: Model, fold: Fold, provider: str, settings: dict[str, str]
) -> onnxruntime.InferenceSession:
    """Load one fold's network with a provider; no other takes its place.

    Raises:
        CallError: ONNX Runtime was built without the provider, or cannot start it here.
        ModelError: ONNX Runtime cannot read the ONNX file.
    """
    available = onnxruntime.get_available_providers()
    if provider not in available:
        raise _not_there(provider, found=", ".join(available))
    path = model.folder / (fold.onnx.name if fold.onnx else "")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = available_cpus()
    try:
        session = onnxruntime.InferenceSession(path, options, providers=[(provider, settings)])
    except Exception as error:  # onnxruntime's own exceptions share no other base
        expected, found = "a network ONNX Runtime runs", str(error)
        raise ModelError.about(path, expected=expected, found=found) from error
    if provider not in (used := session.get_providers()):
        raise _not_there(provider, found=f"that only {', '.join(used)} could be started")
    return session


class OnnxEngine:
    """A network in ONNX Runtime.

    Args:
        session: with the network.
        device: for the log.
        name: as `--engine` takes it.
        one_by_one: the network takes one patch at a time.
    """

    def __init__(
        self, session: Any, device: str, *, name: str = "onnx", one_by_one: bool = False
    ) -> None:
        self.name = name
        self.device = device
        self._session = session
        self._one_by_one = one_by_one

    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`."""
        if self._one_by_one and len(batch) > 1:
            return np.concatenate([self(patch[np.newaxis]) for patch in batch])
        (logits,) = self._session.run(None, {INPUT: batch})
        result: Batch = logits
        return result


def _not_there(provider: str, *, found: str) -> CallError:
    return CallError.about(
        "ONNX Runtime",
        expected=f"the {provider}",
        found=found,
        hint="CUDA and TensorRT need the package onnxruntime-gpu, a driver and CUDA's libraries.",
    )
