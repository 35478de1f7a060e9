"""What CPUs this process may use: the container's share, not the host's cores; and their kind."""

import math
import os
import platform
from pathlib import Path

__all__ = ["available_cpus", "cpu_flags", "cpu_model", "first_processor"]

_V1_CONTROLLERS = ("cpu", "cpu,cpuacct", "cpuacct,cpu")


def available_cpus(root: Path = Path("/")) -> int:
    """Give how many CPUs the scheduler and the control group allow, at least one.

    Docker's `--cpus 2` sets a quota of CPU time that `os.cpu_count` does not show. Threads beyond
    it only wait for each other.

    Args:
        root: where `proc` and `sys` are; for tests.
    """
    allowed = len(os.sched_getaffinity(0))
    quota = _quota(root)
    return allowed if quota is None else max(1, min(allowed, math.ceil(quota)))


def first_processor(root: Path = Path("/")) -> dict[str, str]:
    """Return what `/proc/cpuinfo` says of the first processor; empty where there is none.

    Args:
        root: where `proc` is; for tests.
    """
    try:
        text = (root / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}


def cpu_flags(root: Path = Path("/")) -> frozenset[str]:
    """Return the flags of the first processor (x86 `flags`, Arm `Features`)."""
    entries = first_processor(root)
    return frozenset(entries.get("flags", entries.get("Features", "")).split())


def cpu_model(root: Path = Path("/")) -> str:
    """Return the processor's name, as Linux gives it."""
    return first_processor(root).get("model name") or platform.processor() or platform.machine()


def _quota(root: Path) -> float | None:
    """Give the tightest quota of this process's control group and those above it, in CPUs."""
    quotas = [
        quota
        for folder in _groups(root)
        for quota in (_quota_v2(folder), _quota_v1(folder))
        if quota is not None
    ]
    return min(quotas, default=None)


def _groups(root: Path) -> list[Path]:
    """List the folders that may hold a quota, from both versions of control groups."""
    mounted = root / "sys/fs/cgroup"
    folders = []
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            tops = [mounted, mounted / "unified"]
        elif "cpu" in controllers.split(","):
            tops = [mounted / name for name in _V1_CONTROLLERS]
        else:
            continue
        group = Path(path.strip("/"))
        folders += [top / part for top in tops for part in (group, *group.parents)]
    return folders


def _quota_v2(folder: Path) -> float | None:
    """Read `cpu.max`: quota and period in microseconds, or `max` for none."""
    match _read(folder / "cpu.max").split():
        case [quota, period] if quota != "max":
            return int(quota) / int(period)
    return None


def _quota_v1(folder: Path) -> float | None:
    """Read `cpu.cfs_quota_us` and its period; -1 stands for none."""
    quota, period = (_read(folder / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    return int(quota) / int(period) if quota and period and int(quota) > 0 else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
