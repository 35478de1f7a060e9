"""What a figure was measured on: the processor, and the versions of what ran on it."""

import platform
from importlib import metadata
from pathlib import Path

__all__ = ["device_said", "versions"]

_PACKAGES = ("uls23", "numpy", "torch", "openvino", "onnxruntime", "nnunetv2")


def device_said(device: str, threads: int) -> str:
    """Name the GPU, or the CPU and how many threads are used of it."""
    if device == "cuda":
        import torch  # noqa: PLC0415

        return str(torch.cuda.get_device_name())
    return f"{_cpu_name()}, {threads} threads"


def _cpu_name() -> str:
    """Give the processor's name, as Linux tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(errors="replace").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Give the versions of Python and of the packages that are installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
