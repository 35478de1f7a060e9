import json
from pathlib import Path

import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.models.nnunet import ResultFolder
from training.nnunet.join import join_folds
from uls.errors import CallError, ModelError


def test_folds_of_one_training_become_an_ensemble(tmp_path: Path) -> None:
    first = write_result_folder(tmp_path / "a", new_plans(), folds=("0",))
    second = write_result_folder(tmp_path / "b", new_plans(), folds=("1",), seed=1)
    joined = join_folds([first, second], tmp_path / "both")
    assert ResultFolder.read(joined).folds() == ("0", "1")
    for source, fold in ((first, "fold_0"), (second, "fold_1")):
        file = Path(fold) / "checkpoint_best.pth"
        assert (joined / file).read_bytes() == (source / file).read_bytes()


def test_what_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    first = write_result_folder(tmp_path / "a", new_plans(), folds=("0",))
    with pytest.raises(CallError, match="each fold once"):
        join_folds([first, first], tmp_path / "both")
    other = write_result_folder(tmp_path / "b", new_plans(batch_size=7), folds=("1",))
    with pytest.raises(ModelError, match="the same as in"):
        join_folds([first, other], tmp_path / "both")
    assert json.loads((first / "plans.json").read_text())
    assert not (tmp_path / "both").exists()
