import shutil
import zipfile
from pathlib import Path

import pytest
import torch
from nnunet_folders import new_plans, write_result_folder

from algorithm.models.importing.architectures import architecture
from algorithm.models.importing.plans import Plans
from algorithm.networks.networks import build
from training.nnunet.run.handover import find_checkpoint, hand_over
from uls.workshop.errors import CallError, ModelError


def network(folder: Path) -> torch.nn.Module:
    """The network of a result folder, all its weights one half."""
    plans = Plans.read(folder / "plans.json")
    module: torch.nn.Module = build(architecture(plans.configuration("3d_fullres"), about=""))
    module = module.to_empty(device="cpu")
    for tensor in module.state_dict().values():
        tensor.fill_(0.5)
    return module


@pytest.mark.parametrize("head", ["new", "kept"])
def test_all_but_the_head_is_handed_over(tmp_path: Path, head: str) -> None:
    folder = write_result_folder(tmp_path / "model", new_plans())
    path = find_checkpoint(folder)
    given = torch.load(path, weights_only=False)["network_weights"]
    module = network(folder)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    hand_over(path, module, head=head)  # type: ignore[arg-type]
    for name, tensor in module.state_dict().items():
        from_file = head == "kept" or ".seg_layers." not in name
        assert torch.equal(tensor, given[name] if from_file else before[name]), name


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    wide = write_result_folder(tmp_path / "wide", new_plans(features=(8, 8, 8)))
    narrow = write_result_folder(tmp_path / "narrow", new_plans(features=(4, 8, 8)))
    with pytest.raises(ModelError, match=r"of shape .*The plans of both trainings"):
        hand_over(find_checkpoint(wide), network(narrow), head="new")


def test_a_fold_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    folder = write_result_folder(tmp_path / "model", new_plans(), folds=("0", "1"))
    with pytest.raises(CallError, match="--from-fold"):
        find_checkpoint(folder)
    assert find_checkpoint(folder, fold="1").parent.name == "fold_1"
    every = write_result_folder(tmp_path / "every", new_plans(), folds=("0", "all"))
    assert find_checkpoint(every).parent.name == "fold_all"


def test_a_jobs_model_folder_means_its_result_folder(tmp_path: Path) -> None:
    place = tmp_path / "run" / "model" / "Dataset001_X" / "t__p__c"
    folder = write_result_folder(place, new_plans())
    for given in (tmp_path / "run" / "model", place.parent, place):
        assert find_checkpoint(given) == folder / "fold_all" / "checkpoint_best.pth"


def test_a_copy_of_a_fold_does_not_count(tmp_path: Path) -> None:
    folder = write_result_folder(tmp_path / "model", new_plans(), folds=("0",))
    shutil.copytree(folder / "fold_0", folder / "fold_0 (copy)")
    assert find_checkpoint(folder).parent.name == "fold_0"


def test_an_archive_is_no_checkpoint(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.writestr("Dataset001_X/t__p__c/plans.json", "{}")
    with pytest.raises(ModelError, match="Unpack it"):
        find_checkpoint(tmp_path / "model.zip")
