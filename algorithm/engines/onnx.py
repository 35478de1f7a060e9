"""ONNX Runtime on a CPU: a third opinion, for machines that have it already.

Its instance norm adds up a channel's voxels one after the other in float32. Over a whole VOI that
put logits up to 6e-3 off (seven stages, against float64), so `auto` takes it last.
"""

import onnxruntime  # type: ignore[import-untyped]

from algorithm.engines.base import Batch, Engine
from algorithm.engines.cpu import available_cpus
from algorithm.engines.options import Options
from algorithm.manifest import Fold
from algorithm.onnx_names import INPUT
from algorithm.weights import Model
from uls.errors import ModelError

__all__ = ["OnnxEngine", "create"]


def create(model: Model, fold: Fold, _: Options) -> Engine:
    """Load one fold's network.

    Raises:
        ModelError: ONNX Runtime cannot read the ONNX file.
    """
    path = model.folder / (fold.onnx.name if fold.onnx else "")
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = available_cpus()
    try:
        session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions share no other base
        expected, found = "a network ONNX Runtime runs", str(error)
        raise ModelError.about(path, expected=expected, found=found) from error
    return OnnxEngine(session)


class OnnxEngine:
    """A network in ONNX Runtime."""

    name = "onnx"

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self.device = f"CPU ({session.get_session_options().intra_op_num_threads} threads, f32)"
        self._session = session

    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`."""
        (logits,) = self._session.run(None, {INPUT: batch})
        result: Batch = logits
        return result
