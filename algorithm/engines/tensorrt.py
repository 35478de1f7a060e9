"""TensorRT, through ONNX Runtime: built once for a GPU, which takes minutes, then loaded.

What was built lies in the model folder's `cache/`. `auto` takes this engine only where that is
there; `weights tune --tensorrt` builds it, and so does a job that names the engine, which says so.

It never ran: neither a GPU nor TensorRT was there when it was written.
"""

import logging
from pathlib import Path

from algorithm.engines.base import Engine
from algorithm.engines.compiled import is_built, tensorrt_folder
from algorithm.engines.onnx import OnnxEngine, new_session
from algorithm.engines.options import Options
from algorithm.manifest import Fold
from algorithm.onnx_names import INPUT
from algorithm.weights import Model

__all__ = ["create", "provider_settings"]

_log = logging.getLogger(__name__)


def create(model: Model, fold: Fold, options: Options) -> Engine:
    """Load one fold's network, and build it first where it was not built for this GPU.

    Raises:
        CallError: TensorRT is not there.
        ModelError: ONNX Runtime cannot read the ONNX file.
    """
    folder = tensorrt_folder(model, fold.name, options.precision)
    built = is_built(model, options.precision)
    if not built:
        _log.warning("TensorRT builds fold %s for this GPU first: that takes minutes.", fold.name)
    if options.fill_cache:
        folder.mkdir(parents=True, exist_ok=True)
    shape = (1, *model.manifest.input_shape)
    settings = provider_settings(
        shape, options.precision, folder=folder if built or options.fill_cache else None
    )
    session = new_session(model, fold, "TensorrtExecutionProvider", settings)
    return OnnxEngine(session, f"TensorRT ({options.precision})", name="tensorrt", one_by_one=True)


def provider_settings(
    shape: tuple[int, ...], precision: str, *, folder: Path | None
) -> dict[str, str]:
    """Give ONNX Runtime's settings for TensorRT.

    Args:
        shape: of the only batch that is built for.
        precision: `f32` or `fp16`.
        folder: where what is built is looked for and left; None: nowhere.
    """
    said = "x".join(str(size) for size in shape)
    shapes = {f"trt_profile_{which}_shapes": f"{INPUT}:{said}" for which in ("min", "opt", "max")}
    settings = shapes | {"trt_fp16_enable": str(precision == "fp16")}
    if folder is None:
        return settings
    return settings | {
        "trt_engine_cache_enable": "True",
        "trt_engine_cache_path": str(folder),
        "trt_timing_cache_enable": "True",
        "trt_timing_cache_path": str(folder),
    }
