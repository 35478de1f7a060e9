import json
import shutil
from pathlib import Path

import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.models.importing.nnunet import ResultFolder
from training.nnunet.run.join import join_folds
from uls.workshop.errors import CallError, ModelError


def test_folds_of_one_training_become_an_ensemble(tmp_path: Path) -> None:
    first = write_result_folder(tmp_path / "a", new_plans(), folds=("0",))
    second = write_result_folder(tmp_path / "b", new_plans(), folds=("1",), seed=1)
    joined = join_folds([first, second], tmp_path / "both")
    assert ResultFolder.read(joined).folds() == ("0", "1")
    for source, fold in ((first, "fold_0"), (second, "fold_1")):
        file = Path(fold) / "checkpoint_best.pth"
        assert (joined / file).read_bytes() == (source / file).read_bytes()


def test_a_jobs_model_folder_means_its_result_folder(tmp_path: Path) -> None:
    for name, fold in (("a", "0"), ("b", "1")):
        place = tmp_path / name / "model" / "Dataset001_X" / "t__p__c"
        write_result_folder(place, new_plans(), folds=(fold,))

    joined = join_folds([tmp_path / "a" / "model", tmp_path / "b" / "model"], tmp_path / "both")

    assert ResultFolder.read(joined).folds() == ("0", "1")
    assert (joined / "dataset.json").is_file()


def test_a_copy_of_a_fold_is_not_joined(tmp_path: Path) -> None:
    first = write_result_folder(tmp_path / "a", new_plans(), folds=("0",))
    second = write_result_folder(tmp_path / "b", new_plans(), folds=("1",), seed=1)
    shutil.copytree(first / "fold_0", first / "fold_0_backup")

    joined = join_folds([first, second], tmp_path / "both")

    assert sorted(path.name for path in joined.glob("fold_*")) == ["fold_0", "fold_1"]


def test_what_is_no_result_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "data" / "imagesTr").mkdir(parents=True)
    with pytest.raises(ModelError, match="A data set is no model"):
        join_folds([tmp_path / "data"], tmp_path / "both")


def test_what_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    first = write_result_folder(tmp_path / "a", new_plans(), folds=("0",))
    with pytest.raises(CallError, match="each fold once"):
        join_folds([first, first], tmp_path / "both")
    other = write_result_folder(tmp_path / "b", new_plans(batch_size=7), folds=("1",))
    with pytest.raises(ModelError, match="the same as in"):
        join_folds([first, other], tmp_path / "both")
    assert json.loads((first / "plans.json").read_text())
    assert not (tmp_path / "both").exists()
