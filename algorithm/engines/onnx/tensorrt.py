"""TensorRT, through ONNX Runtime: built once for a GPU, which takes minutes, then loaded.

What `weights tune --tensorrt` builds lies in the cache folder; `auto` takes this engine
only where that is there and is what was checked. A job that names the engine builds for itself, and
says so: the check and the job then use the same build, which goes with the process.

It never ran: neither a GPU nor TensorRT was there when it was written.
"""

import logging
from functools import cache
from pathlib import Path

from algorithm.engines.base import Engine
from algorithm.engines.catalogue.compiled import built_digest, tensorrt_folder
from algorithm.engines.onnx.engine import OnnxEngine, new_session
from algorithm.engines.options import Options
from algorithm.models.manifest import Fold
from algorithm.models.onnx_names import INPUT
from algorithm.models.weights import Model
from uls.workshop.ending import scratch_folder

__all__ = ["create", "provider_settings"]

_log = logging.getLogger(__name__)


def create(model: Model, fold: Fold, options: Options) -> Engine:
    """Load one fold's network, and build it first where it was not built for this GPU.

    Raises:
        CallError: TensorRT is not there.
        ModelError: ONNX Runtime cannot read the ONNX file.
    """
    folder = tensorrt_folder(model, fold.name, options.precision)
    if folder is None or not (options.fill_cache or built_digest(model, options.precision)):
        folder = _scratch() / f"{fold.name}-{options.precision}"
    if not any(folder.glob("*.engine")):
        _log.warning("TensorRT builds fold %s for this GPU first: that takes minutes.", fold.name)
        folder.mkdir(parents=True, exist_ok=True)
    shape = (1, *model.manifest.input_shape)
    settings = provider_settings(shape, options.precision, folder=folder)
    session = new_session(model, fold, "TensorrtExecutionProvider", settings)
    return OnnxEngine(session, f"TensorRT ({options.precision})", name="tensorrt", one_by_one=True)


@cache
def _scratch() -> Path:
    """Give this process's own folder for what it builds; it goes when the process ends."""
    return scratch_folder("uls-tensorrt-")


def provider_settings(shape: tuple[int, ...], precision: str, *, folder: Path) -> dict[str, str]:
    """Give ONNX Runtime's settings for TensorRT.

    Args:
        shape: of the only batch that is built for.
        precision: `f32` or `fp16`.
        folder: where what is built is looked for and left.
    """
    said = "x".join(str(size) for size in shape)
    shapes = {f"trt_profile_{which}_shapes": f"{INPUT}:{said}" for which in ("min", "opt", "max")}
    return shapes | {
        "trt_fp16_enable": str(precision == "fp16"),
        "trt_engine_cache_enable": "True",
        "trt_engine_cache_path": str(folder),
        "trt_timing_cache_enable": "True",
        "trt_timing_cache_path": str(folder),
    }
