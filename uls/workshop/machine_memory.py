"""How much memory this process may use: the container's share, not the host's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Memory", "machine_memory"]


@dataclass(frozen=True)
class Memory:
    """Bytes: all that this process may ever have (swap included), and what is free now."""

    total: int
    free: int


def machine_memory(root: Path = Path("/")) -> Memory | None:
    """Give what the machine and the control groups allow; None where the system does not tell.

    Args:
        root: where `proc` and `sys` are; for tests.
    """
    told = dict(_meminfo(root / "proc/meminfo"))
    if "MemTotal" not in told:
        return None
    total = told["MemTotal"] + told.get("SwapTotal", 0)
    free = told.get("MemAvailable", told["MemTotal"]) + told.get("SwapFree", 0)
    limit = min(_limits(root), default=total)
    return Memory(min(total, limit), min(free, limit))


def _meminfo(path: Path) -> Iterator[tuple[str, int]]:
    for line in _read(path).splitlines():
        name, _, value = line.partition(":")
        words = value.split()
        if words and words[0].isdecimal():
            yield name, int(words[0]) * 1024


def _limits(root: Path) -> Iterator[int]:
    """List the limits of this process's control group and those above it, of both versions."""
    mounted = root / "sys/fs/cgroup"
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        group = Path(path.strip("/"))
        for part in (group, *group.parents):
            if controllers == "":
                yield from _limit(mounted / part / "memory.max")
            elif "memory" in controllers.split(","):
                yield from _limit(mounted / "memory" / part / "memory.limit_in_bytes")


def _limit(path: Path) -> Iterator[int]:
    """Read a limit in bytes; `max` stands for none, as do version 1's 2 ** 63 less a page."""
    text = _read(path).strip()
    if text.isdecimal():
        yield int(text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
