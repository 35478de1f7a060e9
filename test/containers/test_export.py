"""export.sh: archives that load elsewhere, and refusals that say what to do."""

import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from containers.engine import PREFIX, ROOT, docker_ok

OURS = ["--prefix", PREFIX]


def export(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "export.sh", *arguments],
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
    )


def sums(folder: Path) -> dict[str, str]:
    """The hashes in SHA256SUMS, by file name."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.json").write_text("{}")
    (folder / "0.safetensors").write_bytes(bytes(range(256)))
    return folder


@pytest.mark.container
def test_image_archive_holds_the_image_under_its_name(evaluation: str, tmp_path: Path) -> None:
    done = export(*OURS, "exec", "--only", "evaluation", "--output", tmp_path / "dist")
    assert done.returncode == 0, done.stderr
    archive = tmp_path / "dist" / f"{evaluation}-exec.tar.gz"
    assert sums(tmp_path / "dist") == {archive.name: sha256(archive)}
    with tarfile.open(archive) as tar:
        listed = tar.extractfile("manifest.json")
        assert listed is not None
        assert [image["RepoTags"] for image in json.load(listed)] == [[f"{evaluation}:exec"]]


def test_weights_are_packed_with_their_files_at_the_top(model: Path, tmp_path: Path) -> None:
    done = export("none", "--weights", model, "--output", tmp_path / "dist")
    assert done.returncode == 0, done.stderr
    archive = tmp_path / "dist" / "model.tar.gz"
    assert sums(tmp_path / "dist") == {"model.tar.gz": sha256(archive)}
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["0.safetensors", "model.json"]
        assert {(member.uid, member.mtime) for member in tar.getmembers()} == {(0, 0)}
        safetensors = tar.extractfile("0.safetensors")
        assert safetensors is not None
        assert safetensors.read() == bytes(range(256))


def test_what_was_found_out_on_this_machine_is_not_packed(model: Path, tmp_path: Path) -> None:
    """`weights tune` leaves it; elsewhere it would be of no use."""
    export("none", "--weights", model, "--output", tmp_path / "clean")
    (model / "engines.json").write_text("{}")
    (model / "cache" / "0123").mkdir(parents=True)
    (model / "cache" / "0123" / "network.blob").write_bytes(b"compiled")

    done = export("none", "--weights", model, "--output", tmp_path / "tuned")

    assert done.returncode == 0, done.stderr
    assert sums(tmp_path / "tuned") == sums(tmp_path / "clean")


def test_same_weights_give_the_same_archive(model: Path, tmp_path: Path) -> None:
    export("none", "--weights", model, "--output", tmp_path / "first")
    for file in model.iterdir():
        os.utime(file, (1, 1))
        file.chmod(0o600)
    export("none", "--weights", model, "--output", tmp_path / "second")
    assert sums(tmp_path / "first") == sums(tmp_path / "second")


def test_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    done = export("none", "--weights", tmp_path, "--output", tmp_path / "dist")
    assert done.returncode == 4
    assert "model.json" in done.stderr
    assert not (tmp_path / "dist").exists()


def test_no_engine_is_told_before_anything_is_written(tmp_path: Path) -> None:
    nowhere = f"unix://{tmp_path}/no-engine.sock"
    done = export("exec", "--output", tmp_path / "dist", DOCKER_HOST=nowhere)
    assert done.returncode == 1
    assert "no Docker engine answers" in done.stderr
    assert not (tmp_path / "dist").exists()


@pytest.fixture
def marked(algorithm: str, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Makes an image of ours with other labels, under a prefix of its own."""
    recipe = tmp_path / "recipe"
    recipe.write_text(f"FROM {algorithm}:exec\n")
    name = "uls23-marked-algorithm-cpu:exec"

    def mark(**labels: str) -> None:
        marks = [f"--label={_KEYS[key]}={value}" for key, value in labels.items()]
        docker_ok("build", "--tag", name, "--file", str(recipe), *marks, str(tmp_path))

    yield mark
    docker_ok("image", "rm", "--force", name)


_KEYS = {
    "budget": "org.uls23.budget",
    "commit": "org.opencontainers.image.revision",
    "sources": "org.uls23.sources-sha256",
    "version": "org.opencontainers.image.version",
    "model": "org.uls23.model-sha256",
}
MARKED = ["exec", "--cpu", "--only", "algorithm", "--prefix", "uls23-marked"]


@pytest.mark.container
@pytest.mark.parametrize(
    ("labels", "wanted", "fits"),
    [
        ({"budget": "540"}, ["--budget", "540"], True),
        ({"budget": "none"}, ["--budget", "540"], False),
        ({"budget": "60"}, ["--budget", "540"], False),
        ({"budget": "540"}, ["--budget", "none"], False),
        ({"budget": "540"}, [], True),
        ({"commit": "another"}, [], True),
        ({"sources": "others"}, [], False),
        ({"version": "0.0.1"}, [], False),
        ({"model": "another"}, [], False),
        ({"version": ""}, [], False),
    ],
)
def test_image_that_does_not_fit_is_refused_and_what_it_is_is_printed(
    marked: Callable[..., None],
    tmp_path: Path,
    labels: dict[str, str],
    wanted: list[str],
    fits: bool,
) -> None:
    marked(**labels)
    done = export(*MARKED, *wanted, "--output", tmp_path / "dist", PATH=_quick_gzip(tmp_path))
    ((key, value),) = labels.items()
    assert any(
        line.split()[1:] == [_KEYS[key].rpartition(".")[2], *(value or "no label").split()]
        for line in done.stdout.splitlines()
    ), done.stdout
    assert done.returncode == (0 if fits else 3), done.stderr
    assert (tmp_path / "dist").exists() == fits
    if not fits:
        assert _KEYS[key] in done.stderr.splitlines()[-1]
        assert "Build it again: ./build.sh exec --cpu" in done.stderr.splitlines()[-1]


def _quick_gzip(folder: Path) -> str:
    """A PATH on which `pigz` packs nothing: what is packed is not looked at."""
    (folder / "bin").mkdir()
    (folder / "bin" / "pigz").write_text("#!/bin/sh\ncat >/dev/null\necho packed\n")
    (folder / "bin" / "pigz").chmod(0o755)
    return f"{folder / 'bin'}:{os.environ['PATH']}"


def test_a_budget_to_expect_is_whole_seconds_or_none() -> None:
    for wrong in ("soon", "-5", ""):
        done = export("--budget", wrong)
        assert done.returncode == 2
        assert f"'{wrong}'" in done.stderr


def test_labels_say_budget_version_commit_and_model() -> None:
    call = [ROOT / "build.sh", "--labels", "exec", "--budget", "540"]
    labels = dict(
        line.split("=", 1) for line in subprocess.check_output(call, text=True).split("\n") if line
    )
    manifest = ROOT / "baseline_weights" / "starter" / "model.json"
    assert labels["org.uls23.budget"] == "540"
    assert labels["org.uls23.model-sha256"] == sha256(manifest)
    assert f"starter={sha256(manifest)}" in labels["org.uls23.models"].split()
    assert (
        f'version = "{labels["org.opencontainers.image.version"]}"'
        in (ROOT / "pyproject.toml").read_text()
    )
    assert labels["org.opencontainers.image.revision"]
    assert len(labels["org.uls23.sources-sha256"]) in (64, len("unknown"))


@pytest.mark.container
def test_missing_image_is_told_with_the_command_that_builds_it(tmp_path: Path) -> None:
    copy = tmp_path / "export.sh"
    copy.write_text((ROOT / "export.sh").read_text())
    copy.chmod(0o755)
    build = tmp_path / "build.sh"
    build.write_text("#!/bin/sh\necho uls23-nothing:exec\n")
    build.chmod(0o755)
    done = subprocess.run([copy, "exec", "--cpu"], check=False, capture_output=True, text=True)
    assert done.returncode == 3
    assert "uls23-nothing:exec" in done.stderr
    assert "./build.sh exec --cpu" in done.stderr


@pytest.mark.parametrize("script", ["build.sh", "export.sh"])
def test_wrong_argument_is_refused_and_help_is_helpful(script: str) -> None:
    wrong = subprocess.run([ROOT / script, "--gpuu"], check=False, capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "--gpuu" in wrong.stderr
    helped = subprocess.run([ROOT / script, "--help"], check=False, capture_output=True, text=True)
    assert helped.returncode == 0
    assert helped.stdout.startswith(f"Usage: ./{script}")


def test_a_budget_is_whole_seconds() -> None:
    call = [ROOT / "build.sh", "--list", "--budget"]
    for wrong in ("soon", "-5", ""):
        done = subprocess.run([*call, wrong], check=False, capture_output=True, text=True)
        assert done.returncode == 2
        assert f"'{wrong}'" in done.stderr
    assert subprocess.run([*call, "540"], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], ["algorithm:exec", "algorithm:invoke", "evaluation:exec", "evaluation:invoke"]),
        (["exec", "--cpu"], ["algorithm-cpu:exec", "evaluation:exec"]),
        (["invoke", "--only", "evaluation"], ["evaluation:invoke"]),
        (["--prefix", "mine", "exec", "--only", "evaluation"], ["mine-evaluation:exec"]),
    ],
)
def test_build_lists_what_it_would_make(arguments: list[str], names: list[str]) -> None:
    listed = subprocess.check_output([ROOT / "build.sh", *arguments, "--list"], text=True)
    assert listed.split() == [
        name if name.startswith("mine") else f"uls23-{name}" for name in names
    ]
