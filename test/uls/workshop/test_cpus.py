"""CPU quotas, read from made-up control groups."""

import os
from pathlib import Path

import pytest

from uls.workshop.cpus import available_cpus


@pytest.fixture(autouse=True)
def _eight_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_without_control_groups_the_scheduler_decides(tmp_path: Path) -> None:
    assert available_cpus(tmp_path) == 8


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),  # one and a half CPUs keep two threads busy
        ("20000 100000", 1),
        ("6400000 100000", 8),
        ("max 100000", 8),
    ],
)
def test_version_2(tmp_path: Path, quota: str, expected: int) -> None:
    _write(tmp_path / "proc/self/cgroup", "0::/\n")
    _write(tmp_path / "sys/fs/cgroup/cpu.max", f"{quota}\n")

    assert available_cpus(tmp_path) == expected


def test_version_2_takes_the_tightest_group_above(tmp_path: Path) -> None:
    _write(tmp_path / "proc/self/cgroup", "0::/kube/pod/container\n")
    _write(tmp_path / "sys/fs/cgroup/kube/pod/container/cpu.max", "max 100000\n")
    _write(tmp_path / "sys/fs/cgroup/kube/pod/cpu.max", "300000 100000\n")
    _write(tmp_path / "sys/fs/cgroup/kube/cpu.max", "500000 100000\n")

    assert available_cpus(tmp_path) == 3


@pytest.mark.parametrize(("quota", "expected"), [("400000", 4), ("-1", 8)])
@pytest.mark.parametrize("controllers", ["cpu", "cpu,cpuacct", "cpuacct,cpu"])
def test_version_1(tmp_path: Path, controllers: str, quota: str, expected: int) -> None:
    _write(
        tmp_path / "proc/self/cgroup",
        f"12:memory:/docker/abc\n4:{controllers}:/docker/abc\n1:name=systemd:/docker/abc\n",
    )
    group = tmp_path / "sys/fs/cgroup" / controllers
    _write(group / "cpu.cfs_quota_us", f"{quota}\n")
    _write(group / "cpu.cfs_period_us", "100000\n")

    assert available_cpus(tmp_path) == expected


def test_this_machine_has_at_least_one() -> None:
    assert 1 <= available_cpus() <= 8
