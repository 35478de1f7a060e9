"""List the candidates for what was asked for, the most promising first, and what checks each."""

from algorithm.engines.catalogue.catalogue import (
    ENGINES,
    Candidate,
    has_provider,
    installed,
    lacks_onnx,
)
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.catalogue.hardware import cuda_is_there
from algorithm.engines.selection import admission
from algorithm.engines.selection.needs import check_runs
from algorithm.engines.selection.trial import is_small
from algorithm.models.weights import Model
from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["best_reference", "candidates", "reference_of"]

_ORDER = {"cuda": ("torch", "tensorrt", "onnx"), "cpu": ("winograd", "openvino", "torch", "onnx")}
"""Which engines `auto` takes, in order of promise."""

_ORDER_FOR_SMALL = {**_ORDER, "cpu": ("openvino", "winograd", "torch", "onnx")}
"""The same for networks that run in about a second: there Winograd's method gains nothing."""

_REFERENCES = ("torch", "openvino")
"""Engines whose float32 is right: both are compared with nnU-Net's own inference by our tests."""


def candidates(
    name: str, model: Model, *, device: str, precision: str, build: bool = False
) -> list[Candidate]:
    """List the engines that may run a model, the most promising first.

    On CUDA reduced precisions come before float32. On a CPU float32 comes first unless a precision
    was named: masks are then the same on every CPU and in every run, however busy the machine is;
    bfloat16 is taken where `weights tune` found it faster on this machine.

    Args:
        name: an engine, or `auto`.
        model: the model.
        device: `cpu`, `cuda`, or `auto`: CUDA where it is there and the engine can use it.
        precision: what is wished for; `auto` is what is fast on the device. Float32 is there
            always, as what to fall back to.
        build: `auto` may take TensorRT where it was not built and checked before, which takes
            minutes.

    Raises:
        CallError: the engine that was named, or every engine, cannot be had.
        ModelError: the model lacks the file that the named engine reads.
    """
    device = _settled(name, device)
    if name != "auto":
        wished = precision if precision != "auto" else "f32"
        check_runs(Candidate(name, device, wished), model)
        names = [name]
    else:
        order = _ORDER_FOR_SMALL if is_small(model) else _ORDER
        names = [one for one in order[device] if _can_run(one, model, device)]
    if not names:
        raise _nothing(device)
    if device == "cuda" and not cuda_is_there():
        raise _no_cuda()
    reduced = [
        Candidate(one, device, wish) for one in names for wish in _reduced(one, device, precision)
    ]
    exact = [Candidate(one, device, "f32") for one in names]
    only_if_timed = precision == "auto" and device == "cpu"
    wanted = exact + reduced if only_if_timed else reduced + exact
    if name != "auto":
        return wanted
    return [one for one in wanted if one.engine != "tensorrt" or _is_ready(one, model, build)]


def reference_of(candidate: Candidate, model: Model) -> Candidate | None:
    """Give what judges a candidate before a job; None if it is trusted, or if nothing can judge it.

    Reduced precisions are judged by float32 on their own device, where that is fast; the float32
    of torch on CUDA by torch on the CPU, if the network is small.
    """
    exact = candidate.precision == "f32"
    engine = candidate.engine
    if engine in _REFERENCES and not exact:
        return Candidate(engine, candidate.device, "f32")
    if engine in _REFERENCES and candidate.device == "cpu":
        return None
    if engine == "torch":
        return Candidate("torch", "cpu", "f32") if is_small(model) else None
    if candidate.device == "cuda" and installed("torch"):
        return Candidate("torch", "cuda", "f32")
    return best_reference(model)


def best_reference(model: Model) -> Candidate | None:
    """Give the reference that judges all others, if one is installed."""
    for name in _REFERENCES:
        if installed(name) and not lacks_onnx(name, model):
            return Candidate(name, "cpu", "f32")
    return None


def _settled(name: str, device: str) -> str:
    """Settle what `auto` means for the device."""
    if device != "auto":
        return device
    names = _ORDER["cuda"] if name == "auto" else (name,)
    able = [one for one in names if "cuda" in ENGINES[one].devices and installed(one)]
    on_cuda = bool(able) and cuda_is_there() and any(has_provider(one) for one in able)
    return "cuda" if on_cuda or name == "tensorrt" else "cpu"


def _can_run(name: str, model: Model, device: str) -> bool:
    if not installed(name) or lacks_onnx(name, model):
        return False
    return device == "cpu" or has_provider(name)


def _is_ready(tensorrt: Candidate, model: Model, build: bool) -> bool:
    """Say whether TensorRT was built and checked, or may be built: in half, as torch has float32.

    A file in the cache folder that is not the one that was checked is ignored.
    """
    if build and tensorrt.precision == "fp16":
        return True
    return admission.recall(Conditions.of(tensorrt, model), model) is not None


def _reduced(name: str, device: str, precision: str) -> list[str]:
    """Give the reduced precision that an engine should try, if any."""
    entry = ENGINES[name]
    if precision != "auto":
        return [precision] if precision != "f32" and precision in entry.precisions else []
    fast = entry.fast.get(device)
    return [fast] if fast and (device != "cpu" or _cpu_computes_in_bf16()) else []


def _cpu_computes_in_bf16() -> bool:
    from algorithm.engines.openvino.engine import computes_in_bf16  # noqa: PLC0415

    return computes_in_bf16()


def _no_cuda() -> CallError:
    return CallError.about(
        "--device cuda",
        expected="a CUDA device",
        found="none that this process can use",
        hint="In a container it takes `docker run --gpus all`; or leave --device out, or say cpu.",
    )


def _nothing(device: str) -> CallError:
    return CallError.about(
        "--engine auto",
        expected="an installed engine that can read the model",
        found="none",
        hint=f"{how_to_install('gpu' if device == 'cuda' else 'cpu')}, for one.",
    )
