"""How a network runs: engines that turn a float32 batch into float32 logits, chosen by name.

An engine is one short module with a function `create(model, fold, options)`, and one line in
`_ENGINES` below. Its package is imported only when the engine is wanted: on a CPU, OpenVINO runs
models with no torch installed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec

from algorithm.engines.base import Engine
from algorithm.engines.options import DEVICES, PRECISIONS, Options
from algorithm.weights import Model
from uls.errors import CallError, ModelError

__all__ = [
    "DEVICES",
    "NAMES",
    "PRECISIONS",
    "Engine",
    "Options",
    "choose",
    "create",
    "settle",
    "usable",
]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Entry:
    """Where an engine is, the packages and files it takes, the devices it knows."""

    module: str
    packages: tuple[str, ...]
    extra: str
    devices: tuple[str, ...]
    reads_onnx: bool = True


_ENGINES = {
    "torch": _Entry(
        "algorithm.engines.torch",
        ("torch", "safetensors", "dynamic_network_architectures"),
        extra="gpu",
        devices=("cpu", "cuda"),
        reads_onnx=False,
    ),
    "openvino": _Entry("algorithm.engines.openvino", ("openvino",), extra="cpu", devices=("cpu",)),
    "onnx": _Entry("algorithm.engines.onnx", ("onnxruntime",), extra="onnx", devices=("cpu",)),
}

NAMES = ("auto", *_ENGINES)
"""What `--engine` takes."""

_CPU_ORDER = ("openvino", "torch", "onnx")
"""Which engine `auto` takes on a CPU: the first that is installed and can read the model."""


def create(
    name: str, model: Model, *, device: str = "auto", precision: str = "f32"
) -> tuple[Engine, ...]:
    """Make a model's networks ready to run, one engine per fold.

    Args:
        name: one of `NAMES`. `auto` takes torch where there is a CUDA device, else OpenVINO, else
            what is installed.
        model: the model.
        device: one of `DEVICES`.
        precision: one of `PRECISIONS`. `auto` is `bf16` for the zoom model on OpenVINO where the
            CPU computes in it, else `f32`. `f32` gives the reference's masks; `bf16` and `fp16` are
            faster where the device has them, and what they compute is checked against float32
            first: a network that fails the check runs in float32, and the log says so.

    Raises:
        CallError: an unknown name, an engine that is not installed, a device that is not there.
        ModelError: the model lacks the file that the engine reads, or does not load.
    """
    chosen, options = settle(name, model, device=device, precision=precision)
    _check_runs(chosen, model, options)
    make: _Create = import_module(_ENGINES[chosen].module).create
    return tuple(make(model, fold, options) for fold in model.manifest.folds)


def settle(
    name: str, model: Model, *, device: str = "auto", precision: str = "auto"
) -> tuple[str, Options]:
    """Say which engine, device and precision `create` would take, without making anything.

    Raises:
        CallError: an unknown name, or no engine is installed that can read the model.
    """
    _check(name, NAMES, "--engine")
    _check(device, DEVICES, "--device")
    _check(precision, PRECISIONS, "--precision")
    wished = "f32" if precision == "auto" else precision
    chosen, options = choose(name, model, Options(device, wished))
    if precision == "auto" and chosen == "openvino" and _fast_in_bf16(model):
        options = replace(options, precision="bf16")
    return chosen, options


def usable(model: Model, device: str) -> tuple[str, ...]:
    """Name the engines that are installed, know a device (`cpu`, `cuda`) and can read a model."""
    return tuple(
        name
        for name, entry in _ENGINES.items()
        if device in entry.devices and _installed(name) and not _lacks_onnx(name, model)
    )


_Create = Callable[..., Engine]


def choose(name: str, model: Model, options: Options) -> tuple[str, Options]:
    """Settle what `auto` means, for the engine and for the device.

    Raises:
        CallError: no engine is installed that can read the model.
    """
    may_use_cuda = name in {"auto", "torch"} and options.device != "cpu" and _installed("torch")
    on_cuda = options.device == "cuda" or (may_use_cuda and _cuda_is_there())
    settled = replace(options, device="cuda" if on_cuda else "cpu")
    if name != "auto":
        return name, settled
    if on_cuda:
        return "torch", settled
    for candidate in _CPU_ORDER:
        if _installed(candidate) and not _lacks_onnx(candidate, model):
            return candidate, settled
    raise CallError.about(
        "--engine auto",
        expected="an installed engine that can read the model",
        found="none",
        hint="Install one, such as `pip install '.[cpu]'` in the source folder.",
    )


def _check_runs(name: str, model: Model, options: Options) -> None:
    entry = _ENGINES[name]
    if options.device not in entry.devices:
        expected = f"a device among {', '.join(entry.devices)}"
        raise CallError.about(f"--engine {name}", expected=expected, found=options.device)
    if not _installed(name):
        missing = ", ".join(package for package in entry.packages if find_spec(package) is None)
        raise CallError.about(
            f"--engine {name}",
            expected=f"the packages {', '.join(entry.packages)}",
            found=f"{missing} not installed",
            hint=f"Install them with `pip install '.[{entry.extra}]'`, or take another engine.",
        )
    if _lacks_onnx(name, model):
        raise ModelError.about(
            model.folder,
            expected=f"an ONNX file for every fold, which --engine {name} reads",
            found="none",
            hint="Import the model again where the package onnx is installed.",
        )


def _check(value: str, known: tuple[str, ...], option: str) -> None:
    if value not in known:
        raise CallError.about(option, expected=f"one of {', '.join(known)}", found=repr(value))


def _installed(name: str) -> bool:
    return all(find_spec(package) is not None for package in _ENGINES[name].packages)


def _lacks_onnx(name: str, model: Model) -> bool:
    return _ENGINES[name].reads_onnx and any(fold.onnx is None for fold in model.manifest.folds)


def _fast_in_bf16(model: Model) -> bool:
    from algorithm.engines.openvino import computes_in_bf16  # noqa: PLC0415

    return model.manifest.kind == "zoom" and computes_in_bf16()


def _cuda_is_there() -> bool:
    import torch  # noqa: PLC0415  (only where it is installed and CUDA may be used)

    return torch.cuda.is_available()
