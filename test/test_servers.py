"""Both servers as the platform uses them: folders that change under their names; how they end."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_stacks import write_image

from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.platform.slugs import MASK_FOLDER, SPACINGS_FILE, STACK_FOLDER

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "test" / "sample"


@contextmanager
def server(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", *map(str, arguments), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process, port
        finally:
            process.kill()


def ask(port: int, method: str, path: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def wait_until_healthy(port: int) -> None:
    end = time.monotonic() + 120
    while ask(port, "GET", "/health") != 200:
        assert time.monotonic() < end
        time.sleep(0.05)


def give_one_voi(folder: Path, voi: int) -> None:
    """Makes a job of one of the sample's VOIs."""
    stack = sitk.GetArrayFromImage(sitk.ReadImage(str(SAMPLE / f"input/{STACK_FOLDER}/sample.mha")))
    spacings = json.loads((SAMPLE / "input" / SPACINGS_FILE).read_text())
    (folder / STACK_FOLDER).mkdir(parents=True)
    write_image(folder / STACK_FOLDER / "stack.mha", stack.reshape(-1, *VOI_SHAPE_ZYX)[voi])
    (folder / SPACINGS_FILE).write_text(json.dumps([spacings[voi]]))


def link(name: Path, folder: Path) -> None:
    """What the platform's client does between two jobs."""
    name.unlink(missing_ok=True)
    name.symlink_to(folder)


def test_algorithm_reads_and_writes_where_the_links_lead_now(tmp_path: Path) -> None:
    for number, voi in enumerate((1, 2)):
        give_one_voi(tmp_path / f"job-{number}" / "in", voi)
        (tmp_path / f"job-{number}" / "out").mkdir()
    shown_in, shown_out = tmp_path / "input", tmp_path / "output"
    written = []
    with server("algorithm", "serve", "--input", shown_in, "--output", shown_out) as (_, port):
        wait_until_healthy(port)
        for number in (0, 1, 0):
            job = tmp_path / f"job-{number}"
            link(shown_in, job / "in")
            link(shown_out, job / "out")
            assert ask(port, "POST", "/invoke") == 201
            (mask,) = (path for path in (job / "out").rglob("*") if path.is_file())
            assert mask.relative_to(job / "out") == Path(MASK_FOLDER) / "stack.mha"
            written.append(sitk.GetArrayFromImage(sitk.ReadImage(str(mask))))
            shutil.rmtree(job / "out")
            (job / "out").mkdir()
    assert np.array_equal(written[0], written[2])
    assert written[0].any()
    assert not np.array_equal(written[0], written[1])


def test_evaluation_reads_and_writes_where_the_links_lead_now(tmp_path: Path) -> None:
    nothing = np.zeros((6 * VOI_SHAPE_ZYX[0], *VOI_SHAPE_ZYX[1:]), np.uint8)
    for name in ("right", "empty"):
        masks = tmp_path / name / "in" / "sample" / "output" / MASK_FOLDER
        masks.mkdir(parents=True)
        (tmp_path / name / "out").mkdir()
        shutil.copy(SAMPLE / "predictions.json", tmp_path / name / "in")
        if name == "right":
            shutil.copy(SAMPLE / "ground-truth" / "sample.mha", masks)
        else:
            write_image(masks / "sample.mha", nothing)
    shown_in, shown_out = tmp_path / "input", tmp_path / "output"
    options = ["--input", shown_in, "--output", shown_out, "--quiet"]
    references = ["--ground-truth", SAMPLE / "ground-truth"]
    with server("evaluation", "serve", *options, *references) as (_, port):
        wait_until_healthy(port)
        for name, dice in (("right", 1), ("empty", 0), ("right", 1)):
            link(shown_in, tmp_path / name / "in")
            link(shown_out, tmp_path / name / "out")
            assert ask(port, "POST", "/invoke") == 201
            metrics = tmp_path / name / "out" / "metrics.json"
            scores = json.loads(metrics.read_text())["aggregates"]
            assert scores["SegmentationDice"]["mean"] == dice
            metrics.unlink()


@pytest.mark.parametrize("seconds", [0.5, 1, 1.5, 2, 3, 4])
def test_sigterm_while_loading_ends_without_a_crash(tmp_path: Path, seconds: float) -> None:
    """Wherever it comes: while Python imports, while the network is compiled, or after that."""
    with server("algorithm", "serve", "--input", tmp_path, "--output", tmp_path) as (process, _):
        time.sleep(seconds)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert "terminate called" not in err
    assert "Traceback" not in err
    if process.returncode == -signal.SIGTERM:  # before any of our code ran
        assert not err
        return
    assert process.returncode == 128 + signal.SIGTERM
    assert err.splitlines()[-1].startswith("Error: ")


def test_sigterm_in_exec_mode_leaves_nothing_half_written(tmp_path: Path) -> None:
    arguments = ["algorithm", "--input", SAMPLE / "input", "--output", tmp_path / "out"]
    command = [sys.executable, "-m", *map(str, arguments), "--engine", "openvino"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 60
        while not list(tmp_path.rglob("*.part")):
            assert time.monotonic() < end
            assert process.poll() is None, "the job was over before it could be stopped"
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert err.splitlines()[-1].startswith("Error: stopped by SIGTERM")


def test_part_of_a_killed_job_is_swept_by_the_next(tmp_path: Path) -> None:
    give_one_voi(tmp_path / "in", 1)
    arguments = ["algorithm", "--input", tmp_path / "in", "--output", tmp_path / "out"]
    command = [sys.executable, "-m", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + 60
        while not list(tmp_path.rglob("*.part")):
            assert time.monotonic() < end
            time.sleep(0.01)
        process.kill()
    assert list(tmp_path.rglob("*.part"))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    files = [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert files == ["stack.mha"]
