"""The lock files: all pinned and hashed, one version everywhere, nothing that must not be."""

import re
from pathlib import Path

import pytest
from containers.engine import ROOT

LOCK_FILES = sorted((ROOT / "requirements").glob("*.txt"))
FORBIDDEN = re.compile(r"openvino-telemetry|torch|nvidia-.*|cuda-.*|triton")


def entries(path: Path) -> list[str]:
    """A lock file's requirements, each with its continuation lines."""
    text = re.sub(r"^ *#.*\n", "", path.read_text(), flags=re.MULTILINE)
    return [" ".join(entry.split()) for entry in re.split(r"(?<!\\)\n", text) if entry.strip()]


def versions(path: Path) -> dict[str, str]:
    pinned = (re.match(r"([\w.-]+)==(\S+)", entry) for entry in entries(path))
    return {match[1]: match[2] for match in pinned if match}


def test_there_is_one_for_everything_that_gets_installed() -> None:
    names = {path.stem for path in LOCK_FILES}
    assert names >= {"algorithm-cpu", "algorithm-gpu", "evaluation", "dev", "build"}


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: path.stem)
def test_every_entry_is_pinned_and_hashed_and_names_no_place(path: Path) -> None:
    for entry in entries(path):
        assert re.match(r"[a-z0-9.-]+==\S+( ; [^\\]+)? \\ --hash=sha256:[0-9a-f]{64}", entry), entry
        assert "://" not in entry


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: path.stem)
def test_nothing_reports_use_or_brings_cuda(path: Path) -> None:
    assert not [name for name in versions(path) if FORBIDDEN.fullmatch(name)]


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: path.stem)
def test_images_get_the_versions_that_the_tests_ran_with(path: Path) -> None:
    tested = versions(ROOT / "requirements" / "dev.txt")
    assert versions(path).items() <= tested.items()
