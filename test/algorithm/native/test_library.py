"""Which library a CPU gets, and what is said when a layer finds no memory."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from algorithm.native import library
from algorithm.native.library import Library, library_path

V3 = "avx2 fma bmi1 bmi2 f16c movbe"
V4 = f"{V3} avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(library, "_FOLDER", tmp_path)
    for kind in ("x86_64_v3", "x86_64_v4"):
        (tmp_path / f"{kind}.so").touch()
    return tmp_path


def _cpuinfo(folder: Path, flags: str) -> Path:
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\nmodel name\t: A\nflags\t\t: fpu {flags}\n\nprocessor\t: 1\n")
    return path


@pytest.mark.parametrize(
    ("flags", "name"),
    [(V4, "x86_64_v4.so"), (V3, "x86_64_v3.so"), (V4.replace("avx512dq", ""), "x86_64_v3.so")],
)
def test_the_best_that_the_cpu_runs(built: Path, flags: str, name: str) -> None:
    assert library_path(_cpuinfo(built, flags)) == built / name


def test_none_for_an_old_cpu_or_another_system(built: Path) -> None:
    assert library_path(_cpuinfo(built, "sse2")) is None
    assert library_path(built / "none") is None


def test_what_was_not_built_is_not_taken(built: Path) -> None:
    (built / "x86_64_v4.so").unlink()

    assert library_path(_cpuinfo(built, V4)) == built / "x86_64_v3.so"


def test_no_memory_is_an_error(two_threads: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> int:
        return 1

    real = two_threads._library
    fake = SimpleNamespace(winograd=fails, team_close=real.team_close)
    monkeypatch.setattr(two_threads, "_library", fake)

    with pytest.raises(MemoryError, match="winograd found no memory"):
        two_threads.call("winograd")()
