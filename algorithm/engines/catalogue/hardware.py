"""What the device is called: what was found out on one need not hold on another."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from uls.workshop.cpus import available_cpus, cpu_flags, cpu_model, first_processor

__all__ = ["cuda_is_there", "device_name"]

_CAPABILITIES = (
    *("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_fp16"),
    *("asimd", "asimdhp", "bf16", "sve", "sve2"),
)
"""Flags of `/proc/cpuinfo` (x86, then Arm) that a person would look for; the rest are hashed."""

_DRIVER_TRACES = (
    *("dev/nvidia*", "proc/driver/nvidia", "sys/module/nvidia"),  # Linux
    "dev/dxg",  # Windows' subsystem for Linux
    *("dev/nvhost*", "dev/nvmap"),  # Jetson
    "dev/kfd",  # AMD, which torch calls CUDA, too
)
"""Where a driver for what torch calls CUDA shows itself."""

_DRIVER_VERSION = "proc/driver/nvidia/version"


def device_name(device: str, root: Path = Path("/")) -> str:
    """Name the device: a CPU with its flags and the threads it gives us, or the GPU and its driver.

    Args:
        device: `cpu` or `cuda`.
        root: where `proc` is; for tests.
    """
    if device == "cpu":
        return f"{_cpu_name(root)}, {available_cpus(root)} threads"
    return f"{_gpu_name(root)}{_driver(root)}"


def cuda_is_there(root: Path = Path("/")) -> bool:
    """Say whether a CUDA device can be used: torch knows, the driver's files hint at it.

    Where no driver has left a trace torch is not asked: importing it alone takes a second.
    """
    if find_spec("torch") is None:
        return bool(_gpu_files(root))
    if not any(list(root.glob(trace)) for trace in _DRIVER_TRACES):
        return False
    import torch  # noqa: PLC0415  (only where it is installed and CUDA may be used)

    return torch.cuda.is_available()


def _cpu_name(root: Path) -> str:
    """Such as `Intel(R) Xeon(R) Processor (6/207/2; avx2, avx512f; flags 1f2e3d4c)`."""
    entries = first_processor(root)
    version = "/".join(entries.get(key, "") for key in ("cpu family", "model", "stepping"))
    flags = cpu_flags(root)
    shown = ", ".join(flag for flag in _CAPABILITIES if flag in flags)
    every = hashlib.sha256(" ".join(sorted(flags)).encode()).hexdigest()[:8]
    return f"{cpu_model(root)} ({version}; {shown}; flags {every})"


def _gpu_name(root: Path) -> str:
    if find_spec("torch") is not None:
        import torch  # noqa: PLC0415

        if torch.cuda.is_available():
            return torch.cuda.get_device_name()
    for file in _gpu_files(root):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "Model":
                return value.strip()
    return "a CUDA device"


def _driver(root: Path) -> str:
    """Such as `, NVIDIA UNIX x86_64 Kernel Module  535.104.05`; empty where no file says so."""
    try:
        text = (root / _DRIVER_VERSION).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "NVRM version":
            return f", {value.strip()}"
    return ""


def _gpu_files(root: Path) -> list[Path]:
    """List what NVIDIA's driver says of its GPUs, one file each."""
    return sorted((root / "proc/driver/nvidia/gpus").glob("*/information"))
