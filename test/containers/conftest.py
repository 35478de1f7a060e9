"""The images, built once a run, and what they are given.

Environment: ULS23_CPU_BASE_IMAGE and ULS23_GPU_BASE_IMAGE name other base images than the
Dockerfiles'; DOCKER_BUILD_ARGS goes to docker build; with ULS23_REQUIRE_DOCKER the tests fail
rather than skip where no engine answers.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from containers.engine import CPU_ALGORITHM, EVALUATION, GPU_ALGORITHM, PREFIX, ROOT, docker


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs an engine where none answers, unless it is required (CI)."""
    needy = [item for item in items if item.get_closest_marker("container")]
    if not needy or os.environ.get("ULS23_REQUIRE_DOCKER") or _engine_answers():
        return
    for item in needy:
        item.add_marker(pytest.mark.skip(reason="no Docker engine answers"))


def _engine_answers() -> bool:
    return shutil.which("docker") is not None and docker("info").returncode == 0


_sizes: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how large the images became."""
    if _sizes:
        terminalreporter.section("images")
        terminalreporter.write_line("\n".join(_sizes))


def _build(base_image: str | None, *arguments: str) -> None:
    bases = ("ALGORITHM_BASE_IMAGE", "EVALUATION_BASE_IMAGE")
    built = subprocess.run(
        [ROOT / "build.sh", "all", "--prefix", PREFIX, *arguments],
        env=os.environ | (dict.fromkeys(bases, base_image) if base_image else {}),
        check=False,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, f"{built.stdout[-4000:]}\n{built.stderr[-4000:]}"
    _sizes.extend(line for line in built.stdout.splitlines() if line.startswith("Built"))


@pytest.fixture(scope="session")
def algorithm() -> str:
    """The CPU's algorithm image; its tags are exec and invoke."""
    _build(os.environ.get("ULS23_CPU_BASE_IMAGE"), "--cpu", "--only", "algorithm")
    return CPU_ALGORITHM


@pytest.fixture(scope="session")
def evaluation() -> str:
    """The evaluation image; its tags are exec and invoke."""
    _build(os.environ.get("ULS23_CPU_BASE_IMAGE"), "--only", "evaluation")
    return EVALUATION


@pytest.fixture(scope="session")
def gpu_algorithm() -> str:
    """The algorithm image with torch; its tags are exec and invoke."""
    _build(os.environ.get("ULS23_GPU_BASE_IMAGE"), "--only", "algorithm")
    return GPU_ALGORITHM


@pytest.fixture(scope="session")
def sample() -> Path:
    """The committed sample: `input`, `ground-truth` and `predictions.json`."""
    return ROOT / "test" / "sample"


@pytest.fixture(scope="session")
def starter_model() -> Path:
    """The committed model that is baked into the algorithm images."""
    return ROOT / "baseline_weights" / "starter"
