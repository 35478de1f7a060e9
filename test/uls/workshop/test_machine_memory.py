"""Memory as the system and the control groups tell it."""

from pathlib import Path

import pytest

from uls.workshop.machine_memory import Memory, machine_memory

MEMINFO = """MemTotal:       16000000 kB
MemFree:         1000000 kB
MemAvailable:    9000000 kB
SwapTotal:       4000000 kB
SwapFree:        3000000 kB
HugePages_Total:       0
"""
KIB = 1024


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "proc/meminfo", MEMINFO)
    return tmp_path


def test_the_machine_alone(root: Path) -> None:
    assert machine_memory(root) == Memory(20_000_000 * KIB, 12_000_000 * KIB)


def test_a_limit_above_the_group_counts_too(root: Path) -> None:
    write(root / "proc/self/cgroup", "0::/kube/pod\n")
    write(root / "sys/fs/cgroup/kube/pod/memory.max", "max\n")
    write(root / "sys/fs/cgroup/kube/memory.max", "8000000000\n")
    assert machine_memory(root) == Memory(8_000_000_000, 8_000_000_000)


def test_version_one(root: Path) -> None:
    write(root / "proc/self/cgroup", "7:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n")
    write(root / "sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", "2000000000\n")
    write(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
    assert machine_memory(root) == Memory(2_000_000_000, 2_000_000_000)


def test_where_nothing_is_told(tmp_path: Path) -> None:
    assert machine_memory(tmp_path) is None
