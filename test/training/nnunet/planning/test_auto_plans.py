"""The preset `nnunet`: all as nnU-Net chooses it, resampling included."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from nnunet_calls import train
from nnunet_folders import new_plans
from synthetic_raw_sets import box_label, write_raw

from algorithm.models.importing.model_import import import_model
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.planning.auto_plans import auto_plans, resamples
from training.nnunet.planning.presets import PRESETS, Overrides
from training.nnunet.preprocessing.training_data import TrainingData
from training.nnunet.run.validation import whole_vois
from uls.workshop.errors import CallError, ModelError

SHAPE = (20, 32, 32)
SPACINGS = {"p0_lesion_01": (0.8, 0.8, 2.0), "p1_lesion_01": (1.0, 1.0, 3.0)}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two patients whose scans have other spacings, planned by nnU-Net."""
    folder = tmp_path_factory.mktemp("auto")
    rng = np.random.default_rng(0)
    label = box_label(SHAPE, half=4)
    images = {case: (rng.normal(0, 30, SHAPE) + 100 * label).astype(np.int16) for case in SPACINGS}
    raw = write_raw(folder / "Dataset005_Clinic", dict.fromkeys(SPACINGS, label), images)
    for case, spacing in SPACINGS.items():
        for path in (raw.image(case), raw.label(case)):
            image = sitk.ReadImage(str(path))
            image.SetSpacing(spacing)
            sitk.WriteImage(image, str(path))
    said = train("plan", raw.folder, "--output", folder / "plan", "--preset", "nnunet")
    assert "`algorithm` does not" in said
    return folder


def test_the_plans_are_nnunets_own(job: Path) -> None:
    data = TrainingData.read(job / "plan" / "preprocessed")
    plans = data.plans
    assert data.plans_name == plans["plans_name"] == "nnUNetPlans"
    assert plans["experiment_planner_used"] == "ExperimentPlanner"
    (configuration,) = plans["configurations"].values()
    assert configuration["spacing"] == pytest.approx([2.5, 0.9, 0.9])  # the medians
    assert configuration["resampling_fn_data"] == "resample_data_or_seg_to_shape"
    assert configuration["architecture"]["network_class_name"].endswith("PlainConvUNet")
    assert resamples(plans, data.configuration)


def test_cases_are_whole_and_resampled(job: Path) -> None:
    """20 slices of 2 mm are 16 of 2.5, 32 pixels of 0.8 mm are 28 of 0.9."""
    blosc2 = pytest.importorskip("blosc2")
    shapes = {
        path.stem: blosc2.open(str(path)).shape
        for path in (job / "plan/preprocessed").rglob("*lesion_01.b2nd")
    }
    assert shapes == {"p0_lesion_01": (1, 16, 28, 28), "p1_lesion_01": (1, 24, 36, 36)}


def test_it_trains_and_validates_by_nnunet_and_algorithm_refuses_it(job: Path) -> None:
    said = train(
        *("train", job / "plan", "--output", job / "run", "--folds", "0", "--epochs", 1),
        *("--iterations", 1, "--validation-iterations", 1, "--device", "cpu", "--loaders", 0),
    )
    assert "nnUNetv2_predict_from_modelfolder -m" in said
    assert "python -m algorithm --model" not in said
    (summary,) = (job / "run/model").rglob("fold_0/validation/summary.json")
    (case,) = json.loads(summary.read_bytes())["metric_per_case"]
    metrics = case["metrics"]["1"]
    assert metrics["TP"] + metrics["FN"] == 8**3  # at the scan's own spacing
    with pytest.raises(ModelError, match=r"plans that resample.*nnUNetv2_predict_from_modelfolder"):
        import_model(job / "run" / "model", job / "imported", name="x")
    assert not (job / "imported").exists()


def test_whole_vois_of_such_a_model_are_left_to_nnunet(
    job: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = TrainingData.read(job / "plan" / "preprocessed")
    with caplog.at_level(logging.WARNING):
        assert whole_vois(data, None, ["0"], validate=True) is None
    assert not caplog.records


@pytest.mark.parametrize("changed", [{"patch_zyx": (16, 16, 16)}, {"network": True}])
def test_patch_and_network_are_nnunets_choice(job: Path, changed: dict[str, Any]) -> None:
    raw = RawDataset.read(job / "Dataset005_Clinic")
    overrides = Overrides().model_copy(update=changed)
    with pytest.raises(CallError, match="nnU-Net chooses both"):
        auto_plans(raw, {}, PRESETS["nnunet"], overrides)


def test_plans_of_the_other_presets_do_not_resample() -> None:
    assert not resamples(new_plans(), "3d_fullres")
    assert resamples(new_plans(resampling_fn_data="resample_torch_fornnunet"), "3d_fullres")
    assert [one.name for one in PRESETS.values() if one.resamples] == ["nnunet"]
