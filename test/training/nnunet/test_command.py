import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from training.__main__ import app
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.framework.schedules import SCHEDULES, TRAINERS_FOLDER
from training.nnunet.preprocessing.training_data import TrainingData
from training.nnunet.run import jobs
from training.nnunet.run.settings import fold_names
from uls.workshop.errors import CallError


def test_patch_and_network_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = {
        "features_per_stage": [4, 8],
        "strides": [[1, 1, 1], [2, 2, 2]],
        "kernel_sizes": [[3, 3, 3]] * 2,
        "blocks_per_stage": [1, 1],
        "convs_per_stage_decoder": [1],
    }
    file = tmp_path / "network.json"
    file.write_text(json.dumps(network))
    asked: list[Any] = []
    monkeypatch.setattr(RawDataset, "read", lambda folder: folder)
    monkeypatch.setattr(jobs, "plan", lambda *given, **_: asked.extend(given) or planned())
    run("plan", "raw", "--output", "out", "--patch", "64x128X128", "--network", str(file))
    raw, preset, changed, output = asked
    assert (raw, preset.name, output) == (Path("raw"), "uls23-baseline", Path("out"))
    assert changed.patch_zyx == (64, 128, 128)
    assert changed.network.strides[1] == (2, 2, 2)
    assert changed.batch_size is None
    file.write_text("{}")
    with pytest.raises(CallError, match="JSON with features_per_stage"):
        run("plan", "raw", "--output", "out", "--network", str(file))


def planned() -> TrainingData:
    return TrainingData(Path("out"), "Dataset001_A", "nnUNetPlans", "3d_fullres")


def run(*arguments: str) -> None:
    CliRunner().invoke(app, ["nnunet", *arguments], standalone_mode=False, catch_exceptions=False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("plan raw --output out --patch 64x128", "three sizes"),
        ("plan raw --output out --patch 64x128x0", "three sizes"),
        ("plan raw --output out --patch axbxc", "three sizes"),
        ("plan raw --output out --preset best", "--preset: expected one of uls23-baseline, "),
        ("train data --output out --folds first", "found 'first'"),
        ("train data --output out --lr 0", "--lr: expected greater than 0, found 0.0."),
    ],
)
def test_what_cannot_be_is_told_first(arguments: str, says: str) -> None:
    with pytest.raises(CallError, match=says):
        run(*arguments.split())


def test_folds_are_all_or_numbers() -> None:
    assert fold_names("all") == ("all",)
    assert fold_names("0, 3") == ("0", "3")


def test_the_trainers_are_listed_with_what_nnunet_needs_to_find_them() -> None:
    listed = CliRunner().invoke(app, ["nnunet", "trainers"]).output
    assert all(name in listed for name in SCHEDULES)
    assert f"export nnUNet_extTrainer={TRAINERS_FOLDER}" in listed
    said = CliRunner().invoke(app, ["nnunet", "trainers", "--path"]).output
    assert Path(said.strip()) == TRAINERS_FOLDER


@pytest.mark.parametrize("command", ["plan", "train", "fine-tune", "join", "predict"])
def test_every_command_has_help(command: str) -> None:
    assert CliRunner().invoke(app, ["nnunet", command, "--help"]).exit_code == 0
