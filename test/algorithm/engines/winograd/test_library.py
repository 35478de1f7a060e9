"""Which library a CPU gets, and what is said when a layer finds no memory."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from algorithm.engines.winograd import build, library
from algorithm.engines.winograd.library import Library, library_path, shared

V3 = "avx2 fma bmi1 bmi2 f16c movbe"
V4 = f"{V3} avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(library, "_FOLDER", tmp_path)
    for kind in build.KINDS:
        (tmp_path / build.library_name(kind)).touch()
    return tmp_path


def _cpuinfo(folder: Path, flags: str) -> Path:
    path = folder / "proc/cpuinfo"
    path.parent.mkdir()
    path.write_text(f"processor\t: 0\nmodel name\t: A\nflags\t\t: fpu {flags}\n\nprocessor\t: 1\n")
    return folder


@pytest.mark.parametrize(
    ("flags", "name"),
    [(V4, "x86_64_v4"), (V3, "x86_64_v3"), (V4.replace("avx512dq", ""), "x86_64_v3")],
)
def test_the_best_that_the_cpu_runs(built: Path, flags: str, name: str) -> None:
    assert library_path(_cpuinfo(built, flags)) == built / build.library_name(name)


def test_none_for_an_old_cpu_or_another_system(built: Path) -> None:
    assert library_path(_cpuinfo(built, "sse2")) is None
    assert library_path(built / "none") is None


def test_what_was_not_built_is_not_taken(built: Path) -> None:
    (built / build.library_name("x86_64_v4")).unlink()
    (built / "x86_64_v4-0000beef.so").touch()

    assert library_path(_cpuinfo(built, V4)) == built / build.library_name("x86_64_v3")


def test_the_version_covers_the_code_that_lays_out_filters(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = built / build.library_name("x86_64_v4")
    before = library.digest(path)
    read_bytes = Path.read_bytes

    def changed(file: Path) -> bytes:
        return read_bytes(file) + b"#" * (file.name == "layout.py")

    monkeypatch.setattr(Path, "read_bytes", changed)
    assert library.digest(path) != before


def test_no_memory_is_an_error(two_threads: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> int:
        return 1

    real = two_threads._library
    fake = SimpleNamespace(winograd=fails, team_close=real.team_close)
    monkeypatch.setattr(two_threads, "_library", fake)

    with pytest.raises(MemoryError, match="winograd found no memory"):
        two_threads.call("winograd")()


def test_one_library_for_all_networks_of_a_process(path: Path) -> None:
    one, other = shared(path, 2), shared(path, 2)

    assert one is other
    assert shared(path, 1) is not one
    assert (one.threads, shared(path, 1).threads) == (2, 1)


def test_no_more_threads_than_a_container_can_spare(path: Path) -> None:
    assert Library(path, 1000).threads == library._MOST_THREADS


def test_fewer_threads_where_no_more_can_be_started(path: Path) -> None:
    """A limit on the processes of a user counts threads; root has none, so another user tries."""
    script = (
        "import os, resource, sys\n"
        "from algorithm.engines.winograd.library import Library\n"
        "from pathlib import Path\n"
        "if os.getuid() == 0: os.setuid(54321)\n"
        "resource.setrlimit(resource.RLIMIT_NPROC, (3, 3))\n"
        "print(Library(Path(sys.argv[1]), 8).threads)\n"
    )
    folder = str(Path(build.__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env={"PYTHONPATH": folder, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert 1 <= int(done.stdout) <= 3
