"""In the worker: how fast the device multiplies two large matrices, by whatever library is there.

No network can be faster than this in the same precision, so it is what its TFLOP/s are set against.
"""

import time
from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

from benchmarks.algorithm.tasks import Peak, PeakTask
from benchmarks.algorithm.worker import Say
from uls.workshop.cpus import available_cpus

__all__ = ["measure"]

Product = Callable[[], Any]

_OPENVINO = {"f32": "f32", "bf16": "bf16", "fp16": "f16"}


def measure(task: PeakTask, say: Say) -> Peak:
    """Time the product with every library that can do it in the precision."""
    tflops = {}
    for name, make in _libraries(task).items():
        product = make(task)
        product()
        seconds = median(_seconds(product) for _ in range(task.runs))
        tflops[name] = 2 * task.size**3 / seconds / 1e12
        say(f"{name}: {tflops[name]:.3g} TFLOP/s")
    return Peak(tflops=tflops)


def _libraries(task: PeakTask) -> dict[str, Callable[[PeakTask], Product]]:
    if task.device == "cuda":
        return {"torch": _in_torch}
    known = {"numpy": _in_numpy, "torch": _in_torch, "openvino": _in_openvino}
    able = [name for name in known if find_spec(name) is not None]
    if task.precision != "f32":
        able.remove("numpy")
    return {name: known[name] for name in able}


def _seconds(product: Product) -> float:
    start = time.perf_counter()
    product()
    return time.perf_counter() - start


def _matrix(task: PeakTask, seed: int) -> Any:
    return np.random.default_rng(seed).standard_normal((task.size, task.size), dtype=np.float32)


def _in_numpy(task: PeakTask) -> Product:
    a, b = _matrix(task, 0), _matrix(task, 1)
    result = np.empty_like(a)
    return lambda: np.matmul(a, b, out=result)


def _in_torch(task: PeakTask) -> Product:
    import torch  # noqa: PLC0415

    types = {"f32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
    a, b = (
        torch.from_numpy(_matrix(task, seed)).to(task.device, types[task.precision])
        for seed in (0, 1)
    )
    result = torch.empty_like(a)

    def product() -> None:
        torch.mm(a, b, out=result)
        if task.device == "cuda":
            torch.cuda.synchronize()

    return product


def _in_openvino(task: PeakTask) -> Product:
    """Multiply by a constant, as a layer multiplies by its weights."""
    from algorithm.engines.openvino_package import openvino  # noqa: PLC0415

    operators = openvino.opset8
    left = operators.parameter([task.size, task.size], np.float32)
    product = operators.matmul(left, operators.constant(_matrix(task, 1)), False, False)
    settings = {
        "INFERENCE_PRECISION_HINT": _OPENVINO[task.precision],
        "INFERENCE_NUM_THREADS": available_cpus(),
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
    }
    graph = openvino.Model([product], [left])
    request = openvino.Core().compile_model(graph, "CPU", settings).create_infer_request()
    given = openvino.Tensor(_matrix(task, 0), shared_memory=True)
    return lambda: request.infer([given])
