"""Folds of a network with a small patch are validated on whole VOIs."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from nnunet_calls import train
from synthetic_raw_sets import write_raw

from training.nnunet.preprocessing.training_data import TrainingData
from training.nnunet.run import validation as module
from training.nnunet.run.validation import Whole, raw_of, validate_fold, whole_vois
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import CallError

HALF = 12
"""The lesions are cubes of 24 voxels, larger than the patch of 16."""

NETWORK = {
    "features_per_stage": [4, 4, 4],
    "strides": [[1, 1, 1], [2, 2, 2], [2, 2, 2]],
    "kernel_sizes": [[3, 3, 3]] * 3,
    "blocks_per_stage": [1, 1, 1],
    "convs_per_stage_decoder": [1, 1],
}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whole VOIs of two patients, planned by the preset `uls-plus` made small."""
    folder = tmp_path_factory.mktemp("plus")
    label = np.zeros(VOI_SHAPE_ZYX, dtype=np.uint8)
    label[tuple(slice(c - HALF, c + HALF) for c in CLICK_ZYX)] = 1
    rng = np.random.default_rng(0)
    labels = {f"p{n}_lesion_01": label for n in range(2)}
    images = {
        case: (rng.normal(0, 30, label.shape) + 100 * label).astype(np.int16) for case in labels
    }
    write_raw(folder / "Dataset005_Clinic", labels, images, ending=".nii")
    (folder / "network.json").write_text(json.dumps(NETWORK))
    train(
        *("plan", folder / "Dataset005_Clinic", "--output", folder / "plan"),
        *("--preset", "uls-plus", "--patch", "16x16x16", "--batch-size", 2),
        *("--network", folder / "network.json"),
    )
    return folder


class Finder:
    """Stands for the trained network: finds the half of the lesion that lies above the click."""

    def predict(self, voi: np.ndarray, **_: Any) -> np.ndarray:
        logit = np.full(voi.shape, -1.0, dtype=np.float32)
        z, y, x = CLICK_ZYX
        logit[z : z + HALF, y - HALF : y + HALF, x - HALF : x + HALF] = 1
        return logit


def whole_of(job: Path) -> Whole:
    data = TrainingData.read(job / "plan" / "preprocessed")
    whole = whole_vois(data, raw_of(job / "plan"), ["0"], validate=True)
    assert whole is not None
    return whole


def test_a_fold_is_scored_on_the_whole_lesion(
    job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_predictor", lambda *_: Finder())
    fold = tmp_path / "fold_0"
    whole_of(job).validate("0", fold, device="cpu")
    place = fold / "validation"
    summary: dict[str, Any] = json.loads((place / "summary.json").read_bytes())
    (case,) = summary["metric_per_case"]
    metrics = case["metrics"]["1"]
    # of the cube of 24 half is found; within the patch of 16 it would be 16 ** 3 voxels
    assert (metrics["TP"], metrics["FN"], metrics["FP"]) == (24**3 / 2, 24**3 / 2, 0)
    assert metrics["Dice"] == pytest.approx(2 / 3)
    (mask,) = place.glob("*.nii")
    assert sitk.ReadImage(str(mask)).GetSize() == VOI_SHAPE_ZYX[::-1]
    assert sorted(path.name for path in place.iterdir()) == [mask.name, "summary.json"]

    (place / "summary.json").unlink()  # as if it had been stopped: no mask is made again
    monkeypatch.setattr(module, "_predictor", None)
    whole_of(job).validate("0", fold, device="cpu")
    assert (place / "summary.json").is_file()


def test_the_trained_fold_is_what_predicts(job: Path, tmp_path: Path) -> None:
    train(
        *("train", job / "plan", "--output", job / "run", "--folds", "0", "--epochs", 1),
        *("--iterations", 1, "--validation-iterations", 1, "--device", "cpu", "--loaders", 0),
        "--no-validate",
    )
    (fold,) = (job / "run/model").rglob("fold_0")
    made = module._predictor(fold, "0", tmp_path, "cpu")
    assert made.patches_per_pass() == 1  # around the click, from which it follows the lesion


class Trainer:
    def __init__(self) -> None:
        self.validated = 0

    def perform_actual_validation(self) -> None:
        self.validated += 1


def test_a_fold_is_validated_once(tmp_path: Path) -> None:
    trainer = Trainer()
    whole: Any = SimpleNamespace(validate=lambda *_, **__: seen.append("whole"))
    seen: list[str] = []
    validate_fold("0", tmp_path, None, device="cpu", trainer=lambda: trainer)
    validate_fold("1", tmp_path, whole, device="cpu", trainer=lambda: trainer)
    validate_fold("all", tmp_path, whole, device="cpu", trainer=lambda: trainer)
    (tmp_path / "validation").mkdir()
    (tmp_path / "validation" / "summary.json").touch()
    validate_fold("0", tmp_path, whole, device="cpu", trainer=lambda: trainer)
    assert (trainer.validated, seen) == (1, ["whole"])


def test_a_raw_set_that_is_gone_is_told_before_the_training(job: Path) -> None:
    data = TrainingData.read(job / "plan" / "preprocessed")
    raw = raw_of(job / "plan")
    assert raw == job / "Dataset005_Clinic"
    assert whole_vois(data, raw, ["0"], validate=True) is not None
    for gone in (None, job / "nowhere"):
        with pytest.raises(CallError, match=r"smaller than a VOI.*--no-validate"):
            whole_vois(data, gone, ["0"], validate=True)


def test_where_nothing_is_left_out_nothing_is_needed(job: Path) -> None:
    data = TrainingData.read(job / "plan" / "preprocessed")
    assert whole_vois(data, None, ["all"], validate=True) is None
    assert whole_vois(data, None, ["0"], validate=False) is None
    assert raw_of(job) is None


def test_cases_that_are_no_vois_are_validated_as_nnunet_does(
    job: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = TrainingData.read(job / "plan" / "preprocessed")
    small = write_raw(tmp_path / "Dataset005_Clinic", {"a": np.ones((20, 20, 20), dtype=np.uint8)})
    assert whole_vois(data, small.folder, ["0"], validate=True) is None
    assert "validated on the patch alone" in caplog.text
