"""The most memory that this process has used."""

import resource
from pathlib import Path

__all__ = ["peak_memory_gb"]

_KILOBYTE = 1024


def peak_memory_gb(*, on_cuda: bool) -> float:
    """Give the peak in 10⁹ bytes: the resident set, or on CUDA what torch's tensors took there.

    Linux's own high-water mark is read where it is: `ru_maxrss` of a new process begins at what the
    process had that started it.
    """
    if on_cuda:
        import torch  # noqa: PLC0415

        return torch.cuda.max_memory_allocated() / 1e9
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * _KILOBYTE / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILOBYTE / 1e9
