"""`python -m training challenge-model`: each name trains what the paper says it is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_raw_sets import box_label, write_raw
from typer.testing import CliRunner

from training.__main__ import app
from training.nnunet.challenge.models import MODELS, challenge_model
from training.nnunet.run import folds, jobs
from training.nnunet.run.folds import TrainingRun
from training.nnunet.semi_supervised.pipeline import Pipeline
from uls.workshop.errors import CallError

ROOT = Path(__file__).parents[4]
NETWORK = {
    "features_per_stage": [4, 8, 8],
    "strides": [[1, 1, 1], [2, 2, 2], [2, 2, 2]],
    "kernel_sizes": [[3, 3, 3]] * 3,
    "blocks_per_stage": [1, 1, 1],
    "convs_per_stage_decoder": [1, 1],
}


def run(*arguments: object) -> str:
    result = CliRunner().invoke(
        app,
        ["challenge-model", *map(str, arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )
    return result.output


def test_the_three_models_are_those_of_the_paper() -> None:
    assert list(MODELS) == ["nnUnet", "nnUnet-ResEnc", "nnUnet-ResEnc+SS"]
    assert [one.preset.name for one in MODELS.values()] == [
        *("nnunet", "uls23-baseline", "uls23-baseline")
    ]
    assert [one.semi_supervised for one in MODELS.values()] == [False, False, True]
    assert challenge_model("nnunet-resenc").name == "nnUnet-ResEnc"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("nnUnet-ResEnc+SS --full a --output o", "--partial: expected 2D pseudo-masks"),
        ("nnUnet --full a --partial b --output o", "--partial: expected none for nnUnet"),
        ("U-Net --full a --output o", "model: expected one of nnUnet, nnUnet-ResEnc"),
    ],
)
def test_what_cannot_be_is_told_first(arguments: str, says: str) -> None:
    with pytest.raises(CallError, match=says.replace("+", r"\+")):
        run(*arguments.split())


def test_the_first_two_are_planned_and_trained_for_1000_epochs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    full = write_raw(tmp_path / "Dataset001_Full", {"a": box_label()})
    monkeypatch.setattr(folds, "check_device", lambda _: None)
    monkeypatch.setattr(jobs, "plan", lambda *given, **_: asked.append(given))
    monkeypatch.setattr(jobs, "train", lambda *given: asked.append(given) or Path("there"))
    said = run("nnUnet", "--full", full.folder, "--output", tmp_path / "out")
    (_, preset, _, output), (training, _) = asked
    assert (preset.name, output) == ("nnunet", tmp_path / "out")
    assert isinstance(training, TrainingRun)
    assert training.how.trainer == "nnUNetTrainer_ULS_1k"
    assert "nnUNetv2_predict_from_modelfolder -m there" in said


def test_the_third_goes_through_the_five_stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = write_raw(tmp_path / "Dataset001_Full", {"a": box_label()})
    part = write_raw(tmp_path / "Dataset002_Part", {"b": box_label()})
    table = tmp_path / "measured.csv"
    table.write_text("case,long_axis_px,short_axis_px\nb,4,3\n")
    ran: list[Pipeline] = []
    monkeypatch.setattr(folds, "check_device", lambda _: None)
    monkeypatch.setattr(Pipeline, "run", lambda self: ran.append(self) or Path("there"))
    call = ["nnUnet-ResEnc+SS", "--full", full.folder, "--partial", part.folder]
    assert run(*call, "--measurements", table, "--output", tmp_path / "out") == "there\n"
    assert ran[0].recipe.preset.name == "uls23-baseline"
    assert (ran[0].full.name, ran[0].partial.name) == ("Dataset001_Full", "Dataset002_Part")


def test_one_command_makes_a_network(tmp_path: Path) -> None:
    """One epoch of a network of three stages on two VOIs, in a process as nnU-Net wants it."""
    (tmp_path / "net.json").write_text(json.dumps(NETWORK))
    noise = np.random.default_rng(0).integers(-80, 120, (16, 16, 16)).astype(np.int16)
    full = write_raw(
        tmp_path / "Dataset001_Full",
        {name: box_label((16, 16, 16)) for name in ("a", "b")},
        dict.fromkeys(("a", "b"), noise),
    )
    call = [
        *("nnUnet-ResEnc", "--full", full.folder, "--output", tmp_path / "out"),
        *("--network", tmp_path / "net.json", "--patch", "16x16x16", "--batch-size", "1"),
        *("--pretrain-epochs", 1, "--iterations", 1, "--validation-iterations", 1),
        *("--device", "cpu", "--loaders", 0),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "training", "challenge-model", *map(str, call)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    model = Path(done.stdout.splitlines()[-1])
    assert (model / "fold_all" / "checkpoint_final.pth").is_file()
    assert json.loads((model / "plans.json").read_text())["configurations"]["3d_fullres_resenc"]
