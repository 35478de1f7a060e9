"""What nnU-Net's fine-tuning is asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from training.cycle.fine_tuning import nnunet_fine_tune
from training.cycle.settings import FineTuneSettings
from training.nnunet.framework.schedules import FINE_TUNE
from training.nnunet.run import jobs
from training.nnunet.run.settings import FineTuning, PreparingMachine


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "Dataset001_Cycle"
    for name in ("imagesTr/a_0000.nii.gz", "labelsTr/a.nii.gz"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).touch()
    (folder / "dataset.json").write_text(json.dumps({"file_ending": ".nii.gz"}))
    return folder


def test_settings_reach_the_job(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def fake(tuning: FineTuning, root: Path) -> Path:
        asked.append((tuning, root))
        return root / "model"

    monkeypatch.setattr(jobs, "fine_tune", fake)
    made = nnunet_fine_tune(
        tmp_path / "model",
        data,
        tmp_path / "out",
        settings=FineTuneSettings(
            epochs=7, validation_iterations=3, learning_rate=1e-3, folds=("0", "1"), seed=5
        ),
        machine=PreparingMachine(device="cpu", loaders=0, processes=2),
    )
    assert made == tmp_path / "out" / "model"
    ((tuning, root),) = asked
    assert root == tmp_path / "out"
    assert tuning.raw == data
    how = tuning.how
    assert (how.trainer, how.folds, how.seed) == (FINE_TUNE, ("0", "1"), 5)
    assert (how.training.epochs, how.training.initial_lr) == (7, 1e-3)
    assert how.training.validation_iterations == 3
    assert how.training.head == "kept"  # the task is the same
    assert (how.machine.device, how.machine.loaders, tuning.processes) == ("cpu", 0, 2)
