"""The same weights on both sides: what is written for nnunetv2 is what the model folder holds."""

from pathlib import Path

import pytest
import torch
from nnunet_folders import new_plans, write_result_folder

from algorithm.models import weights
from algorithm.models.importing.model_import import import_model
from benchmarks.algorithm import subject
from benchmarks.algorithm.architectures import ARCHITECTURES
from benchmarks.algorithm.result_folder import random_state
from benchmarks.algorithm.subject import of_architecture, of_model
from uls.workshop.errors import CallError

PLANS = {
    "residual": new_plans(patch=(16, 24, 32), transpose_forward=(2, 0, 1)),
    "plain": new_plans(
        network="PlainConvUNet",
        patch=(16, 24, 32),
        normalization_schemes=["ZScoreNormalization"],
        arguments={
            "norm_op": "torch.nn.modules.batchnorm.BatchNorm3d",
            "dropout_op": "torch.nn.modules.dropout.Dropout3d",
            "dropout_op_kwargs": {"p": 0.5},
            "nonlin": "torch.nn.ReLU",
            "nonlin_first": True,
            "conv_bias": False,
        },
    ),
}


@pytest.mark.parametrize("plans", PLANS)
def test_a_model_goes_to_nnunet_and_back(plans: str, tmp_path: Path) -> None:
    """Importing what was written for nnunetv2 gives the same network and the same tensors."""
    source = write_result_folder(tmp_path / "source", PLANS[plans], folds=("0", "1"))
    first = import_model(source, tmp_path / "model", name="model")
    found = of_model(tmp_path / "model", tmp_path, nnunetv2=True)
    assert found.result_folder is not None
    again = import_model(found.result_folder, tmp_path / "again", name="model")
    assert isinstance(again, weights.Manifest)
    assert again.architecture == first.architecture
    assert again.patch_zyx == first.patch_zyx
    assert again.normalisation == first.normalisation
    assert [fold.name for fold in again.folds] == ["0", "1"]
    hashes = [[fold.weights.sha256 for fold in one.folds] for one in (first, again)]
    assert hashes[0] == hashes[1]


def test_the_seed_decides_the_weights() -> None:
    state = torch.random.get_rng_state()
    small = ARCHITECTURES["small"].architecture
    first, same, other = (random_state(small, seed=seed) for seed in (0, 0, 1))
    name = next(iter(first))
    assert torch.equal(first[name], same[name])
    assert not torch.equal(first[name], other[name])
    assert torch.equal(torch.random.get_rng_state(), state)


def test_an_architecture_becomes_a_model_of_the_whole_voi(tmp_path: Path) -> None:
    found = of_architecture("small", tmp_path, nnunetv2=False)
    assert isinstance(found.model.manifest, weights.Manifest)
    assert found.model.manifest.field == "voi"
    assert found.result_folder is None
    assert found.without_nnunetv2 == "--without-nnunetv2"


def test_a_missing_nnunetv2_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "find_spec", lambda name: None if name == "nnunetv2" else name)
    with pytest.raises(CallError, match="or leave it out: --without-nnunetv2"):
        of_architecture("small", tmp_path, nnunetv2=True)


def test_an_architecture_needs_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "find_spec", lambda name: None if name == "torch" else name)
    with pytest.raises(CallError, match="torch not installed"):
        of_architecture("small", tmp_path, nnunetv2=False)
