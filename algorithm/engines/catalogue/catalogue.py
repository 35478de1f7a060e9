"""Which engines there are: their modules, packages, devices and precisions; and making one.

An engine is one short module with a function `create(model, fold, options)`, and one line in
`ENGINES` below. Its package is imported only when the engine is wanted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from algorithm.engines.base import Engine
from algorithm.engines.guarded import GuardedEngine, no_memory_or
from algorithm.engines.memory import OutOfMemoryError, ran_out_of_memory
from algorithm.engines.options import Options
from algorithm.engines.winograd.library import digest, library_path
from algorithm.models.manifest import Fold
from algorithm.models.weights import Model

__all__ = [
    "ENGINES",
    "Candidate",
    "Entry",
    "has_provider",
    "installed",
    "lacks_library",
    "lacks_onnx",
    "missing_packages",
    "package",
]


@dataclass(frozen=True)
class Entry:
    """Where an engine is, the packages and files it takes, what it runs on and computes in.

    Attributes:
        fast: per device, the reduced precision that `--precision auto` tries before float32.
        distributions: names under which its main package may be installed.
        cuda_provider: what ONNX Runtime calls the part that it takes on CUDA.
        has_library: it also takes the library that is built from our C files.
    """

    module: str
    packages: tuple[str, ...]
    extra: str
    devices: tuple[str, ...]
    precisions: tuple[str, ...]
    distributions: tuple[str, ...]
    fast: dict[str, str] = field(default_factory=dict)
    reads_onnx: bool = True
    cuda_provider: str = ""
    has_library: bool = False


ENGINES = {
    "winograd": Entry(
        "algorithm.engines.winograd.engine",
        ("openvino",),
        extra="cpu",
        devices=("cpu",),
        precisions=("f32",),
        distributions=("openvino",),
        has_library=True,
    ),
    "torch": Entry(
        "algorithm.engines.torch.engine",
        ("torch", "safetensors", "dynamic_network_architectures"),
        extra="gpu",
        devices=("cpu", "cuda"),
        precisions=("f32", "bf16", "fp16"),
        distributions=("torch",),
        fast={"cuda": "fp16"},
        reads_onnx=False,
    ),
    "openvino": Entry(
        "algorithm.engines.openvino.engine",
        ("openvino",),
        extra="cpu",
        devices=("cpu",),
        precisions=("f32", "bf16", "fp16"),
        distributions=("openvino",),
        fast={"cpu": "bf16"},
    ),
    "onnx": Entry(
        "algorithm.engines.onnx.engine",
        ("onnxruntime",),
        extra="onnx",
        devices=("cpu", "cuda"),
        precisions=("f32",),
        distributions=("onnxruntime-gpu", "onnxruntime"),
        cuda_provider="CUDAExecutionProvider",
    ),
    "tensorrt": Entry(
        "algorithm.engines.onnx.tensorrt",
        ("onnxruntime",),
        extra="onnx",
        devices=("cuda",),
        precisions=("f32", "fp16"),
        distributions=("onnxruntime-gpu", "onnxruntime"),
        fast={"cuda": "fp16"},
        cuda_provider="TensorrtExecutionProvider",
    ),
}


@dataclass(frozen=True)
class Candidate:
    """An engine on a device in a precision, none of them `auto`."""

    engine: str
    device: str
    precision: str

    def __str__(self) -> str:
        return f"{self.engine} on {self.device} in {self.precision}"

    @property
    def entry(self) -> Entry:
        """What is known of the engine."""
        return ENGINES[self.engine]

    def make(self, model: Model, fold: Fold, *, fill_cache: bool = False) -> Engine:
        """Make one fold's network ready to run.

        Args:
            model: the model.
            fold: one of its folds.
            fill_cache: leave compiled networks in the cache folder for the next start.

        Returns:
            The engine; what goes wrong when it runs is a `ModelError`, too.

        Raises:
            CallError: the device or the precision is not there.
            ModelError: the model does not load; `OutOfMemoryError`: memory ran out.
        """
        create: Callable[[Model, Fold, Options], Engine] = import_module(self.entry.module).create
        options = Options(self.device, self.precision, fill_cache=fill_cache)
        try:
            engine = create(model, fold, options)
        except Exception as error:
            cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
            if not ran_out_of_memory(cause) or isinstance(error, OutOfMemoryError):
                raise
            subject = f"model {model.manifest.name} on {self}"
            raise no_memory_or(subject, "a network that loads", cause) from error
        return GuardedEngine(engine, model.manifest.name)


def installed(name: str) -> bool:
    """Say whether the packages of an engine are there, and its library; none is imported."""
    return not missing_packages(name) and not lacks_library(name)


def missing_packages(name: str) -> list[str]:
    """List the packages of an engine that are not installed; none is imported."""
    return [package for package in ENGINES[name].packages if find_spec(package) is None]


def lacks_library(name: str) -> bool:
    """Say whether an engine takes a library of ours that was not built, or not for this CPU."""
    return ENGINES[name].has_library and library_path() is None


def has_provider(name: str) -> bool:
    """Say whether an installed engine was built for CUDA, as far as that can be told."""
    provider = ENGINES[name].cuda_provider
    if not provider:
        return True
    import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415  (only where CUDA is)

    return provider in onnxruntime.get_available_providers()


def lacks_onnx(name: str, model: Model) -> bool:
    """Say whether an engine reads ONNX files that a model does not have."""
    return ENGINES[name].reads_onnx and any(fold.onnx is None for fold in model.manifest.folds)


def package(name: str) -> str:
    """Name an engine's main package and its version, such as `openvino 2026.4.1`.

    An engine with a library of ours: the digest of that, too.
    """
    path = library_path() if ENGINES[name].has_library else None
    own = f"library {digest(path)}, " if path else ""
    for distribution in ENGINES[name].distributions:
        try:
            return f"{own}{distribution} {version(distribution)}"
        except PackageNotFoundError:
            continue
    return f"{ENGINES[name].distributions[0]} of unknown version"
