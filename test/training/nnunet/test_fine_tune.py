"""Fine-tuning of a folder in the published baseline's format, in folds of whole patients."""

import json
from pathlib import Path

import numpy as np
import pytest
from nnunet_calls import train
from nnunet_folders import BASELINE_CONFIGURATION, BASELINE_TRAINER, old_plans, write_result_folder
from synthetic_raw_sets import box_label, write_raw

from algorithm.models.importing.nnunet import ResultFolder
from training.nnunet.framework.schedules import FINE_TUNE


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as the challenge released its own, but small, and lesions of three patients."""
    folder = tmp_path_factory.mktemp("tune")
    plans = old_plans(
        strides=[[1, 1, 1], [2, 2, 2], [1, 2, 2]],
        blocks=(1, 1, 1),
        patch=(8, 16, 16),
        batch_size=2,
    )
    trained = "model/Dataset901_Filtered_FSUP/" + BASELINE_TRAINER
    write_result_folder(folder / trained, plans, trainer=BASELINE_TRAINER)
    rng = np.random.default_rng(0)
    labels = {f"p{n}_lesion_{k}": box_label((8, 16, 16)) for n in range(3) for k in range(2)}
    images = {
        case: (rng.normal(0, 30, label.shape) + 100 * label).astype(np.int16)
        for case, label in labels.items()
    }
    write_raw(folder / "Dataset005_Clinic", labels, images)
    return folder


def test_the_folds_are_an_ensemble_that_algorithm_runs(job: Path) -> None:
    said = train(
        *("fine-tune", job / "model", job / "Dataset005_Clinic", "--output", job / "run"),
        *("--folds", "0,1", "--epochs", 1, "--iterations", 1, "--validation-iterations", 1),
        *("--device", "cpu", "--loaders", 0, "--no-validate"),
    )
    (folder,) = (job / "run/model/Dataset005_Clinic").iterdir()
    assert str(folder) in said
    assert folder.name == f"{FINE_TUNE}__nnUNetPlansNoRs__{BASELINE_CONFIGURATION}"
    read = ResultFolder.read(folder)
    assert read.folds() == ("0", "1")
    assert read.recipe(configuration=BASELINE_CONFIGURATION, mirror_axes=()).patch_zyx == (
        8,
        16,
        16,
    )
    record = json.loads((job / "run/stages/train.json").read_text())
    assert record["inputs"]["pretrained"]["path"].endswith("fold_all/checkpoint_best.pth")
    splits = json.loads(next((job / "run/preprocessed").rglob("splits_final.json")).read_text())
    for split in splits:
        patients = [{case.split("_")[0] for case in split[part]} for part in ("train", "val")]
        assert not patients[0] & patients[1]


def test_more_folds_than_patients_are_told(job: Path) -> None:
    said = train(
        *("fine-tune", job / "model", job / "Dataset005_Clinic", "--output", job / "other"),
        *("--folds", "0,1,2,3,4", "--device", "cpu"),
        code=3,
    )
    assert "patients enough for 5 folds, found 3 folds" in said
