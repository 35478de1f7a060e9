"""What the device is called: what was found out on one need not hold on another."""

import platform
from importlib.util import find_spec
from pathlib import Path

__all__ = ["cuda_is_there", "device_name"]

_CAPABILITIES = (
    *("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_fp16"),
    *("asimd", "asimdhp", "bf16", "sve", "sve2"),
)
"""Flags of `/proc/cpuinfo` (x86, then Arm) by which engines choose how they compute."""


def device_name(device: str, root: Path = Path("/")) -> str:
    """Name the device: a CPU with its capabilities, or the GPU.

    Args:
        device: `cpu` or `cuda`.
        root: where `proc` is; for tests.
    """
    return _cpu_name(root) if device == "cpu" else _gpu_name(root)


def cuda_is_there(root: Path = Path("/")) -> bool:
    """Say whether a CUDA device can be used: torch knows, the driver's files hint at it."""
    if find_spec("torch") is None:
        return bool(_gpu_files(root))
    import torch  # noqa: PLC0415  (only where it is installed and CUDA may be used)

    return torch.cuda.is_available()


def _cpu_name(root: Path) -> str:
    """Such as `Intel(R) Xeon(R) Processor (6/207/2; avx2, avx512f)`."""
    entries = _first_processor(root)
    name = entries.get("model name", platform.machine())
    version = "/".join(entries.get(key, "") for key in ("cpu family", "model", "stepping"))
    flags = entries.get("flags", entries.get("Features", "")).split()
    return f"{name} ({version}; {', '.join(flag for flag in _CAPABILITIES if flag in flags)})"


def _first_processor(root: Path) -> dict[str, str]:
    try:
        text = (root / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}


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


def _gpu_files(root: Path) -> list[Path]:
    """List what NVIDIA's driver says of its GPUs, one file each."""
    return sorted((root / "proc/driver/nvidia/gpus").glob("*/information"))
