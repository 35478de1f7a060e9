"""The platform's own client drives both servers: it links, empties, polls and reads stderr itself.

Needs Python 3.12 and the package sagemaker-shim in a virtual environment of its own, which
is made where both can be had. ULS23_CLIENT_PYTHON names an interpreter that has the package.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_stacks import write_image

from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.platform.slugs import MASK_FOLDER, SPACINGS_FILE, STACK_FOLDER

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "test" / "sample"
CLIENT = "sagemaker-shim==0.8.3"
STACK = f"{STACK_FOLDER}/stack.mha"


def python_3_12() -> str | None:
    """An interpreter of the one version that the client takes; pyenv keeps its own out of sight."""
    kept = sorted(Path.home().glob(".pyenv/versions/3.12*/bin/python"))
    for name in ("python3.12", "python3", *map(str, kept)):
        check = [name, "-c", "import sys, venv; sys.exit(sys.version_info[:2] != (3, 12))"]
        if not shutil.which(name):
            continue
        if subprocess.run(check, check=False, capture_output=True).returncode == 0:
            return name
    return None


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter that has the client."""
    if named := os.environ.get("ULS23_CLIENT_PYTHON"):
        return named
    if (python := python_3_12()) is None:
        pytest.skip("the platform's client needs Python 3.12, and there is none")
    folder = tmp_path_factory.mktemp("client")
    subprocess.run([python, "-m", "venv", folder], check=True)
    command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", CLIENT]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{CLIENT} cannot be had: pip took more than five minutes")
    if done.returncode:
        pytest.skip(f"{CLIENT} cannot be had: {(done.stderr.splitlines() or ['?'])[-1]}")
    return str(folder / "bin" / "python")


class Platform:
    """Buckets, and what the client finds in its environment."""

    def __init__(self, folder: Path, client: str) -> None:
        self.folder, self._client = folder, client
        self.buckets = folder / "buckets"
        (folder / "output").mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def run(self, command: Sequence[str], tasks: Sequence[Any]) -> list[dict[str, Any]]:
        """Have tasks done by one server; their results."""
        folders = ["--input", f"{self.folder}/input", "--output", f"{self.folder}/output"]
        entrypoint = [sys.executable, "-m", *command, *folders, "--port", str(self.port)]
        ours = {
            "API_METHOD": "invoke",
            "ENTRYPOINT_B64J": b64encode(json.dumps(entrypoint).encode()).decode(),
            "INPUT_PATH": f"{self.folder}/input",
            "OUTPUT_PATH": f"{self.folder}/output",
            "LINKED_INPUT_PARENT": f"{self.folder}/linked",
            "USER_WEBSERVER_PORT": str(self.port),
            "HEALTH_CHECK_CALL_TIMEOUT_SECONDS": "1",
            "SET_EXTRA_GROUPS": "False",
        }
        environment = {f"GRAND_CHALLENGE_COMPONENT_{key}": value for key, value in ours.items()}
        jobs = self.folder / "jobs.json"
        jobs.write_text(json.dumps(tasks))
        done = subprocess.run(
            [self._client, ROOT / "test" / "platform_client.py", self.buckets, jobs],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | environment,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def task(self, pk: str, files: dict[str, Path]) -> dict[str, Any]:
        """Put files into a bucket, and make a task of them."""
        inputs = []
        for number, (relative_path, source) in enumerate(files.items()):
            key = f"{pk}/{number}"
            (self.buckets / "in" / key).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, self.buckets / "in" / key)
            inputs.append({"relative_path": relative_path, "bucket_name": "in", "bucket_key": key})
        return {
            "pk": pk,
            "inputs": inputs,
            "output_bucket_name": "out",
            "output_prefix": pk,
            "timeout": "PT300S",
        }


@pytest.fixture
def platform(tmp_path: Path, client: str) -> Platform:
    return Platform(tmp_path, client)


def outputs(result: dict[str, Any]) -> list[str]:
    return sorted(output["relative_path"] for output in result["outputs"])


def test_algorithm_does_what_the_client_asks(platform: Platform, tmp_path: Path) -> None:
    """Two jobs, one that fails between them: its last line on stderr is the reason."""
    stack = sitk.GetArrayFromImage(sitk.ReadImage(str(SAMPLE / f"input/{STACK_FOLDER}/sample.mha")))
    spacings = json.loads((SAMPLE / "input" / SPACINGS_FILE).read_text())
    tasks = []
    for pk, voi, spacing in (("one", 1, spacings[1]), ("bad", 1, [1, 1]), ("two", 2, spacings[2])):
        write_image(tmp_path / f"{pk}.mha", stack.reshape(-1, *VOI_SHAPE_ZYX)[voi])
        (tmp_path / f"{pk}.json").write_text(json.dumps([spacing]))
        files = {STACK: tmp_path / f"{pk}.mha", SPACINGS_FILE: tmp_path / f"{pk}.json"}
        tasks.append(platform.task(pk, files))
    one, bad, two = platform.run(["algorithm", "serve"], tasks)
    for result in (one, two):
        assert result["return_code"] == 0, result
        assert outputs(result) == [f"{MASK_FOLDER}/stack.mha"]
    first, second = (
        sitk.GetArrayFromImage(
            sitk.ReadImage(str(platform.buckets / "out" / pk / MASK_FOLDER / "stack.mha"))
        )
        for pk in ("one", "two")
    )
    assert first.any()
    assert second.any()
    assert not np.array_equal(first, second)
    assert bad["return_code"] == 1
    assert outputs(bad) == []
    last = bad["user_process_last_stderr_lines"][-1]
    assert SPACINGS_FILE in last
    assert "expected" in last
    assert "found" in last


def test_evaluation_does_what_the_client_asks(platform: Platform, tmp_path: Path) -> None:
    write_image(
        tmp_path / "empty.mha", np.zeros((6 * VOI_SHAPE_ZYX[0], *VOI_SHAPE_ZYX[1:]), np.uint8)
    )
    place = f"sample/output/{MASK_FOLDER}/sample.mha"
    jobs = {"predictions.json": SAMPLE / "predictions.json"}
    tasks = [
        platform.task("right", jobs | {place: SAMPLE / "ground-truth" / "sample.mha"}),
        platform.task("bad", {place: tmp_path / "empty.mha"}),
        platform.task("empty", jobs | {place: tmp_path / "empty.mha"}),
    ]
    references = ["--ground-truth", str(SAMPLE / "ground-truth"), "--quiet"]
    results = platform.run(["evaluation", "serve", *references], tasks)
    assert [result["return_code"] for result in results] == [0, 1, 0]
    assert [outputs(result) for result in results] == [["metrics.json"], [], ["metrics.json"]]
    assert "predictions.json" in results[1]["user_process_last_stderr_lines"][-1]
    for pk, dice in (("right", 1), ("empty", 0)):
        metrics = json.loads((platform.buckets / "out" / pk / "metrics.json").read_text())
        assert metrics["aggregates"]["SegmentationDice"]["mean"] == dice
