"""Every command block of the documents runs as printed, or it is declared why not."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from containers.engine import docker
from documents.blocks import ROOT, Block, blocks_of, commands_in, documents, with_stand_ins
from documents.declared import DECLARED, SAME, Command
from documents.stand_ins import put_relative_ones, stand_ins

NATIVE = "algorithm/engines/winograd/native"

IMAGES = [
    f"uls23-{image}:{target}"
    for image in ("algorithm", "algorithm-cpu", "evaluation")
    for target in ("exec", "invoke")
]


def test_every_command_is_declared() -> None:
    """And every declared one is in its document."""
    printed = {file: blocks for file in documents() if (blocks := blocks_of(file))}
    assert printed.keys() == DECLARED.keys()
    for file, blocks in printed.items():
        assert len(blocks) == len(DECLARED[file]), file
        for block, declared in zip(blocks, DECLARED[file], strict=True):
            place = f"{file}:{block.line}"
            assert len(block.commands) == len(declared), place
            for command, expected in zip(block.commands, declared, strict=True):
                assert command.startswith(expected.begins), f"{place}: {command}"


def test_commands_are_told_apart_as_a_shell_does() -> None:
    body = "# first\nmake a   # one\n\npython -m b \\\n    --c D   # two\n"
    assert commands_in(body) == ("make a   # one", "python -m b \\\n    --c D   # two")


def test_stand_ins_replace_names_and_not_comments() -> None:
    command = with_stand_ins("run IN:/in x=IN Dataset_IN   # the IN of yours", {"IN": "/a"})
    assert command == "run /a:/in x=/a Dataset_IN   # the IN of yours"
    with pytest.raises(KeyError, match="OUT"):
        with_stand_ins("run OUT", {"IN": "/a"})


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the checkout, with its virtual environment: what commands leave, it gets."""
    folder = tmp_path / "uls23"
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, folder / name)
            os.utime(folder / name, (0, 0))  # `make venv` finds nothing newer than .venv
    if not (ROOT / ".venv" / ".installed").exists():
        pytest.skip("the documents' commands run in .venv: make venv")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for library in (ROOT / NATIVE).glob("*.so"):
        shutil.copy2(library, folder / NATIVE)
    put_relative_ones(folder)
    return folder


@pytest.fixture
def named(tmp_path: Path) -> dict[str, str]:
    return stand_ins(tmp_path / "named") | {name: name for name in SAME}


def run(block: Block, declared: list[Command], copy: Path, named: dict[str, str]) -> None:
    """Run what is to be run of a block, in one shell that stops at the first failure."""
    commands = [
        with_stand_ins(printed, named)
        for printed, one in zip(block.commands, declared, strict=True)
        if not one.not_run
    ]
    script = "\n".join(["set -e", *commands])
    path = f"{ROOT / '.venv' / 'bin'}:{_quick_packer(copy.parent)}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path}
    if any("--cpu" in command for command in commands):
        environment |= _base_images("ULS23_CPU_BASE_IMAGE")
    elif any(command.containers for command in declared):
        environment |= _base_images("ULS23_GPU_BASE_IMAGE")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=copy,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def _quick_packer(folder: Path) -> Path:
    """A folder with a `pigz` that packs little: gigabytes are packed, and thrown away."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "pigz").write_text("#!/bin/sh\nexec gzip -1 --no-name\n")
    (folder / "bin" / "pigz").chmod(0o755)
    return folder / "bin"


def _base_images(variable: str) -> dict[str, str]:
    """Where no registry brings the base images: other ones, as for the container tests."""
    names = {"ALGORITHM_BASE_IMAGE": variable, "EVALUATION_BASE_IMAGE": "ULS23_CPU_BASE_IMAGE"}
    return {name: os.environ[source] for name, source in names.items() if source in os.environ}


def _runnable(*, containers: bool) -> list[str]:
    """The documents with a block to run, with or without an engine."""
    return [
        file
        for file, blocks in DECLARED.items()
        if any(_is_run(block, containers=containers) for block in blocks)
    ]


def _is_run(block: list[Command], *, containers: bool) -> bool:
    needs_engine = any(command.containers for command in block)
    return needs_engine == containers and any(not command.not_run for command in block)


def _run_document(file: str, copy: Path, named: dict[str, str], *, containers: bool) -> None:
    for block, declared in zip(blocks_of(file), DECLARED[file], strict=True):
        if _is_run(declared, containers=containers):
            run(block, declared, copy, named)
            shutil.rmtree(named["OUT"], ignore_errors=True)  # each begins without it


@pytest.mark.parametrize("file", _runnable(containers=False))
def test_commands_run_as_printed(file: str, copy: Path, named: dict[str, str]) -> None:
    _run_document(file, copy, named, containers=False)


@pytest.fixture
def names_are_free() -> Iterator[None]:
    """The printed names of the images are a user's: where they exist, nothing is run."""
    if not os.environ.get("ULS23_REQUIRE_DOCKER"):
        if shutil.which("docker") is None or docker("info").returncode:
            pytest.skip("no Docker engine answers")
        there = [name for name in IMAGES if docker("image", "inspect", name).returncode == 0]
        if there:
            pytest.skip(f"images of yours have the printed names: {', '.join(there)}")
    yield
    docker("image", "rm", "--force", *IMAGES)


@pytest.mark.container
@pytest.mark.usefixtures("names_are_free")
@pytest.mark.parametrize("file", _runnable(containers=True))
def test_commands_for_containers_run_as_printed(
    file: str, copy: Path, named: dict[str, str]
) -> None:
    try:
        _run_document(file, copy, named, containers=True)
    finally:
        for written in ("dist", "out"):
            shutil.rmtree(copy / written, ignore_errors=True)  # gigabytes, which pytest would keep
