"""A bundle of the real images: complete, and installed in an engine that has nothing else."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from containers.engine import PREFIX, ROOT, docker_ok
from containers.fresh_engine import fresh_engine

pytestmark = pytest.mark.container

_INSTALLED = """
import json, subprocess, importlib.metadata as metadata
debian = ["dpkg-query", "--show", "--showformat", "${binary:Package} ${Version}\\n"]
lines = subprocess.check_output(debian, text=True).splitlines()
named = [line.replace(":amd64", "").split() for line in lines]
python = [(found.metadata["Name"], found.version) for found in metadata.distributions()]
print(json.dumps([*named, *python]))
"""


@pytest.fixture(scope="module")
def bundle(
    algorithm: str, evaluation: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, str]]:
    """The bundle, and the ID of each image in it by its name."""
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "pigz").write_text("#!/bin/sh\nexec gzip -1 --no-name\n")
    (folder / "pigz").chmod(0o755)
    done = subprocess.run(
        [ROOT / "export.sh", "exec", "--cpu", "--prefix", PREFIX, "--bundle", folder / "bundle"],
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "It is unsigned" in done.stdout
    names = [f"{algorithm}:exec", f"{evaluation}:exec"]
    ids = {
        name: docker_ok("image", "inspect", "--format", "{{.Id}}", name).strip() for name in names
    }
    return folder / "bundle", ids


def test_it_holds_images_weights_cards_manual_and_bills(
    bundle: tuple[Path, dict[str, str]],
) -> None:
    folder, ids = bundle
    listed = [line.split()[0] for line in (folder / "images.list").read_text().splitlines()]
    assert set(ids) <= set(listed)
    for file in ("model.json", "MODEL_CARD.md", "zoom.onnx", "zoom.safetensors"):
        committed = ROOT / "baseline_weights" / "starter" / file
        assert (folder / "weights" / "starter" / file).read_bytes() == committed.read_bytes()
    assert "Behind an air gap" in (folder / "manual" / "docs" / "hospital.html").read_text()
    verified = subprocess.run([folder / "verify.sh"], capture_output=True, text=True, check=True)
    assert "files are as SHA256SUMS says" in verified.stdout


def test_the_bill_of_materials_names_every_installed_package(
    bundle: tuple[Path, dict[str, str]],
) -> None:
    folder, ids = bundle
    for name in ids:
        told = docker_ok("run", "--rm", "--network=none", "--entrypoint=python3", name, "-c",
                         _INSTALLED)  # fmt: skip
        bill = json.loads((folder / "sbom" / f"{name.replace(':', '-')}.cdx.json").read_bytes())
        named = {(one["name"], one["version"]) for one in bill["components"]}
        installed = {tuple(one) for one in json.loads(told)}
        assert len(installed) > 100
        assert installed <= named
        assert all("licenses" in one or "properties" in one for one in bill["components"])


def test_it_installs_in_an_engine_that_has_nothing_else(
    bundle: tuple[Path, dict[str, str]],
) -> None:
    folder, ids = bundle
    sums = subprocess.check_output(["sha256sum", folder / "SHA256SUMS"], text=True).split()[0]
    archive = next((folder / "images").glob("*evaluation*"))
    with fresh_engine() as there:

        def call(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [folder / script, *arguments],
                cwd="/",
                env=there,
                check=False,
                capture_output=True,
                text=True,
            )

        _flip(archive)
        damaged = call("install.sh")
        assert damaged.returncode == 3, damaged.stdout
        assert _images(there) == {}
        _flip(archive)

        done = call("install.sh", "--sums-sha256", sums)
        assert done.returncode == 0, done.stderr
        assert _images(there).items() >= ids.items()
        assert done.stdout.count("This installation computes what was released") >= len(ids)

        assert call("uninstall.sh").returncode == 0
        assert _images(there) == {}


def _flip(file: Path) -> None:
    """Change one bit in the middle of a file; done twice, it is as before."""
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2)
        byte = opened.read(1)[0]
        opened.seek(-1, os.SEEK_CUR)
        opened.write(bytes([byte ^ 1]))


def _images(environment: dict[str, str]) -> dict[str, str]:
    listed = subprocess.check_output(
        ["docker", "image", "ls", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"],
        env=environment,
        text=True,
    )
    return dict(line.split() for line in listed.splitlines())
