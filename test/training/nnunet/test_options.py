import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from training.__main__ import app
from training.nnunet import options
from training.nnunet.framework.schedules import SCHEDULES, TRAINERS_FOLDER
from uls.workshop.errors import CallError


def test_patch_and_network_are_read(tmp_path: Path) -> None:
    network = {
        "features_per_stage": [4, 8],
        "strides": [[1, 1, 1], [2, 2, 2]],
        "kernel_sizes": [[3, 3, 3]] * 2,
        "blocks_per_stage": [1, 1],
        "convs_per_stage_decoder": [1],
    }
    file = tmp_path / "network.json"
    file.write_text(json.dumps(network))
    changed = options.overrides(patch="64x128X128", batch_size=None, network=file)
    assert changed.patch_zyx == (64, 128, 128)
    assert changed.network is not None
    assert changed.network.strides[1] == (2, 2, 2)
    file.write_text("{}")
    with pytest.raises(CallError, match="JSON with features_per_stage"):
        options.overrides(patch=None, batch_size=None, network=file)


@pytest.mark.parametrize("patch", ["64x128", "64x128x0", "axbxc"])
def test_a_patch_has_three_sizes(patch: str) -> None:
    with pytest.raises(CallError, match="three sizes"):
        options.overrides(patch=patch, batch_size=None, network=None)


def test_folds_are_all_or_numbers() -> None:
    assert options.folds("all") == ("all",)
    assert options.folds("0, 3") == ("0", "3")
    with pytest.raises(CallError, match="found 'first'"):
        options.folds("first")


def test_the_trainers_are_listed_with_what_nnunet_needs_to_find_them() -> None:
    listed = CliRunner().invoke(app, ["nnunet", "trainers"]).output
    assert all(name in listed for name in SCHEDULES)
    assert f"export nnUNet_extTrainer={TRAINERS_FOLDER}" in listed
    said = CliRunner().invoke(app, ["nnunet", "trainers", "--path"]).output
    assert Path(said.strip()) == TRAINERS_FOLDER


@pytest.mark.parametrize("command", ["plan", "train", "fine-tune", "join", "predict"])
def test_every_command_has_help(command: str) -> None:
    assert CliRunner().invoke(app, ["nnunet", command, "--help"]).exit_code == 0
