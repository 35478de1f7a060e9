"""What nnU-Net's fine-tuning is asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from training.cycle.fine_tuning import Machine, nnunet_fine_tune
from training.cycle.records import FineTuneSettings
from training.nnunet.framework.schedules import FINE_TUNE
from training.nnunet.run import jobs


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

    def fake(tuning: jobs.FineTuning, root: Path) -> Path:
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
        machine=Machine(device="cpu", loaders=0, processes=2),
    )
    assert made == tmp_path / "out" / "model"
    ((tuning, root),) = asked
    assert root == tmp_path / "out"
    assert tuning.raw.cases == ("a",)
    assert (tuning.trainer, tuning.folds, tuning.seed) == (FINE_TUNE, ("0", "1"), 5)
    assert (tuning.settings.epochs, tuning.settings.initial_lr) == (7, 1e-3)
    assert tuning.settings.validation_iterations == 3
    assert tuning.settings.head == "kept"  # the task is the same
    assert (tuning.device, tuning.loaders, tuning.processes) == ("cpu", 0, 2)
