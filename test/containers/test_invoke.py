"""Invoke images: a server that does one job after another."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from containers.engine import Folders, serve
from containers.jobs import give_predictions, give_sample, give_some, masks, write_json
from synthetic_stacks import write_image

from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.platform.slugs import MASK_FOLDER, SPACINGS_FILE

pytestmark = pytest.mark.container

KILLED_AFTER = 10
"""Seconds that `docker stop` waits by itself; here it waits longer, to see how long it takes."""


def test_algorithm_serves_one_job_after_another(
    algorithm: str, sample: Path, tmp_path: Path
) -> None:
    folders = Folders.under(tmp_path)
    with serve(f"{algorithm}:invoke", folders) as server:
        seen = server.watch_health()
        assert seen[-2:] == [503, 200], "503 while the model loads, then 200"

        give_sample(folders, sample)
        assert server.invoke()[0] == 201, server.log
        all_six = masks(folders.written[f"{MASK_FOLDER}/sample.mha"])
        assert all_six[[1, 2, 4]].any(axis=(1, 2, 3)).all(), "empty masks would show nothing here"

        give_some(folders, sample, vois=[4, 1], name="two")
        assert server.invoke()[0] == 201, server.log
        assert list(folders.written) == [f"{MASK_FOLDER}/two.mha"]
        assert np.array_equal(masks(folders.written[f"{MASK_FOLDER}/two.mha"]), all_six[[4, 1]])

        write_json(folders.input / SPACINGS_FILE, [[1, 1, 1], [1, 1, -1]])
        (folders.written[f"{MASK_FOLDER}/two.mha"]).unlink()
        status, reason = server.invoke()
        assert status == 500
        assert SPACINGS_FILE in reason
        assert reason.strip() in server.log
        assert not folders.written

        give_some(folders, sample, vois=[2], name="one")
        assert server.invoke()[0] == 201, server.log
        assert np.array_equal(masks(folders.written[f"{MASK_FOLDER}/one.mha"]), all_six[[2]])
        assert server.watch_health() == [200]


def test_evaluation_serves_one_job_after_another(
    evaluation: str, sample: Path, tmp_path: Path
) -> None:
    folders = Folders.under(tmp_path / "scoring", ground_truth=sample / "ground-truth")
    reference = sample / "ground-truth" / "sample.mha"
    nothing = tmp_path / "nothing.mha"
    write_image(nothing, np.zeros((6 * VOI_SHAPE_ZYX[0], *VOI_SHAPE_ZYX[1:]), np.uint8))

    def mean_dice() -> float:
        metrics = json.loads(folders.written["metrics.json"].read_text())
        dice: float = metrics["aggregates"]["SegmentationDice"]["mean"]
        return dice

    with serve(f"{evaluation}:invoke", folders) as server:
        server.watch_health()
        give_predictions(folders, sample, reference)
        assert server.invoke()[0] == 201, server.log
        assert mean_dice() == 1

        give_predictions(folders, sample, nothing)
        assert server.invoke()[0] == 201, server.log
        assert mean_dice() == 0

        give_predictions(folders, sample, nothing)
        (folders.input / "predictions.json").unlink()
        status, reason = server.invoke()
        assert status == 500
        assert "predictions.json" in reason
        assert reason.strip() in server.log
        assert not folders.written

        give_predictions(folders, sample, reference)
        assert server.invoke()[0] == 201, server.log
        assert mean_dice() == 1


@pytest.mark.parametrize("image", ["algorithm", "evaluation"])
def test_server_ends_when_asked_to(
    image: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with serve(f"{request.getfixturevalue(image)}:invoke", Folders.under(tmp_path)) as server:
        server.watch_health()
        assert server.stop() < KILLED_AFTER
        assert server.wait() == 128 + signal.SIGTERM, server.log
        assert "Traceback" not in server.log


@pytest.mark.parametrize("seconds", [1, 2])
def test_server_ends_in_time_while_it_loads(algorithm: str, tmp_path: Path, seconds: float) -> None:
    with serve(f"{algorithm}:invoke", Folders.under(tmp_path)) as server:
        time.sleep(seconds)
        assert server.stop() < KILLED_AFTER
        assert server.wait() == 128 + signal.SIGTERM, server.log
        assert "terminate called" not in server.log


def test_server_that_is_stopped_lets_its_job_end_or_leaves_nothing_of_it(
    algorithm: str, sample: Path, tmp_path: Path
) -> None:
    folders = Folders.under(tmp_path)
    with serve(f"{algorithm}:invoke", folders) as server, ThreadPoolExecutor(1) as one:
        server.watch_health()
        give_sample(folders, sample)
        running = one.submit(server.invoke)
        end = time.monotonic() + 60
        while not list(folders.output.rglob(".*.part")):
            assert time.monotonic() < end
            assert not running.done(), "the job was over before it could be stopped"
            time.sleep(0.01)
        assert server.stop() < KILLED_AFTER
        assert server.wait() == 128 + signal.SIGTERM, server.log
        assert list(folders.written) in ([], [f"{MASK_FOLDER}/sample.mha"])
        assert server.log.splitlines()[-1].startswith("Error: ")
        running.exception()  # the client was ended with the container, unless the job was over


def test_server_without_a_loadable_model_does_not_linger(algorithm: str, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.json").write_text("{}")
    folders = Folders.under(tmp_path / "job", model=model)
    with serve(f"{algorithm}:invoke", folders) as server:
        assert server.wait() == 4
        assert "model.json" in server.log
