"""What a figure was measured on: the processor, and the versions of what ran on it."""

import platform
from importlib import metadata

from uls.workshop.cpus import cpu_model

__all__ = ["device_said", "versions"]

_PACKAGES = ("uls23", "numpy", "torch", "openvino", "onnxruntime", "nnunetv2")


def device_said(device: str, threads: int) -> str:
    """Name the GPU, or the CPU and how many threads are used of it."""
    if device == "cuda":
        import torch  # noqa: PLC0415

        return str(torch.cuda.get_device_name())
    return f"{cpu_model()}, {threads} threads"


def versions() -> dict[str, str]:
    """Give the versions of Python and of the packages that are installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
