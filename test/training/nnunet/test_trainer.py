import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("trainer_facts.py")),
            str(tmp_path_factory.mktemp("facts")),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    facts: dict[str, Any] = json.loads(found.stdout)
    return facts


def test_nnunet_itself_finds_our_trainers_by_name(facts: dict[str, Any]) -> None:
    assert facts["found"] == {
        "nnUNetTrainer_ULS_500_QuarterLR": [500, 0.0025],
        "nnUNetTrainer_ULS_300_FineTune": [300, 0.0001],
    }
    assert facts["names"] == list(facts["found"])


def test_large_lesions_are_drawn_as_often_as_asked(facts: dict[str, Any]) -> None:
    """Those of 60 and 50 mm are large, that of 49.9 mm is not."""
    assert facts["drawn"] == ["a", "a", "a", "b", "b", "b", "c"]
    assert facts["drawn once"] == ["a", "b", "c"]


def test_an_interrupted_checkpoint_leaves_the_earlier_one_whole(facts: dict[str, Any]) -> None:
    assert facts["checkpoint"] == "whole"


def test_a_loss_that_is_no_number_ends_the_training_and_says_so(facts: dict[str, Any]) -> None:
    losses = facts["losses"]
    done, message = losses["nan"]
    assert done == 2
    assert message.startswith("training, epoch 7 of 500: expected a finite loss, found nan. ")
    assert "checkpoint" in message
    assert losses["infinite"][0] == 3
    assert "found inf" in losses["infinite"][1]
    assert facts["validation"].startswith("validation, epoch 7 of 500: expected a finite loss")


def test_a_few_overflows_in_half_precision_are_passed_over_ten_in_a_row_are_not(
    facts: dict[str, Any],
) -> None:
    """nnU-Net's gradient scaler skips such a step and scales down."""
    assert facts["losses"]["scaled, in a row"][0] == 10
    assert facts["losses"]["scaled, now and then"] == [40, ""]
