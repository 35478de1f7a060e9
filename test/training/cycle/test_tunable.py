"""Which models a cycle can begin with."""

import json
import logging
import shutil
from pathlib import Path

import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.models.importing.model_import import import_model
from training.cycle.beginning import create
from training.cycle.settings import Rule
from training.cycle.tunable import check_tunable
from uls.workshop.errors import ModelError

STARTER = Path(__file__).parents[3] / "baseline_weights" / "starter"


def test_a_jobs_model_folder_is_as_good_as_its_result_folder(
    tmp_path: Path, trained: Path, test_set: Path
) -> None:
    result = tmp_path / "run" / "model" / "Dataset001_X" / "t__p__c"
    shutil.copytree(trained, result)

    work = create(
        tmp_path / "work", model=tmp_path / "run" / "model", test_set=test_set, rule=Rule()
    )

    assert (work.model("0000") / "plans.json").is_file()


def _imported(folder: Path, trained: Path) -> Path:
    import_model(trained, folder / "imported", name="x")
    return folder / "imported"


def _without_checkpoint(folder: Path, trained: Path) -> Path:
    shutil.copytree(trained, folder / "model")
    shutil.rmtree(folder / "model" / "fold_all")
    return folder / "model"


def _damaged(folder: Path, trained: Path) -> Path:
    shutil.copytree(trained, folder / "model")
    (path,) = folder.glob("model/fold_all/*.pth")
    path.write_bytes(path.read_bytes()[:-100])
    return folder / "model"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda *_: STARTER, r"kind zoom\).*starter train --start"),
        (_imported, r"kind nnunet\).*of which it was imported"),
        (_without_checkpoint, "a folder fold_"),
        (_damaged, "ends too early"),
        (lambda folder, _: folder / "nowhere", "no such folder"),
    ],
)
def test_a_model_that_cannot_be_tuned_is_refused_at_once(
    tmp_path: Path, trained: Path, test_set: Path, made: object, reason: str
) -> None:
    model = made(tmp_path, trained)  # type: ignore[operator]

    with pytest.raises(ModelError, match=reason):
        create(tmp_path / "work", model=model, test_set=test_set, rule=Rule())

    assert not (tmp_path / "work").exists()


def test_what_every_round_will_need_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plans = new_plans(resampling_fn_data="resample_data_or_seg_to_shape")
    folder = write_result_folder(tmp_path / "model", plans, folds=("0", "1"))

    with caplog.at_level(logging.INFO):
        check_tunable(folder)

    assert "needs --native-spacing" in caplog.text
    assert "needs --from-fold, one of 0, 1" in caplog.text
    assert json.loads((folder / "plans.json").read_bytes()) == plans
