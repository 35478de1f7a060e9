"""From nnU-Net result folders to model folders."""

import hashlib
import json
import logging
import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch
from nnunet_folders import new_plans, old_plans, write_result_folder
from safetensors.torch import load_file

from algorithm.models.importing import model_import, packages
from algorithm.models.importing.model_import import import_model
from algorithm.models.manifest import Card, Manifest, read_manifest
from uls.workshop.errors import CallError, ModelError, OutputError

PLANS = new_plans(patch=(16, 16, 16))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_result_folder(tmp_path / "result", PLANS)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_model_folder_holds_weights_graph_and_manifest(source: Path, tmp_path: Path) -> None:
    manifest = import_model(source, tmp_path / "model", name="test")

    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "all.onnx",
        "all.safetensors",
        "model.json",
    ]
    assert read_manifest(tmp_path / "model") == manifest
    onnx.checker.check_model(str(tmp_path / "model" / "all.onnx"), full_check=True)


def test_every_file_and_the_source_are_hashed(source: Path, tmp_path: Path) -> None:
    manifest = import_model(source, tmp_path / "model", name="test")

    (fold,) = manifest.folds
    for record in fold.files:
        assert record.sha256 == _digest(tmp_path / "model" / record.name)
        assert record.bytes == (tmp_path / "model" / record.name).stat().st_size
    assert fold.source_file == "fold_all/checkpoint_best.pth"
    assert fold.source_sha256 == _digest(source / fold.source_file)


def test_the_tensors_are_the_checkpoints(source: Path, tmp_path: Path) -> None:
    import_model(source, tmp_path / "model", name="test")

    checkpoint = torch.load(source / "fold_all" / "checkpoint_best.pth", weights_only=False)
    stored = load_file(tmp_path / "model" / "all.safetensors")
    assert len(stored) > 10
    for name, tensor in stored.items():
        assert torch.equal(tensor, checkpoint["network_weights"][name])


def test_the_manifest_says_what_was_trained(source: Path, tmp_path: Path) -> None:
    card = Card(description="a test", licence="none")

    manifest = import_model(source, tmp_path / "model", name="my model", card=card)

    assert (manifest.name, manifest.card, manifest.kind) == ("my model", card, "nnunet")
    assert manifest.patch_zyx == (16, 16, 16)
    assert manifest.field == "click"
    assert manifest.mirror_axes_zyx == (0, 1, 2)
    assert manifest.origin.dataset == "Dataset901_Filtered_FSUP"
    assert manifest.origin.trainer == "nnUNetTrainer"
    assert manifest.origin.configuration == "3d_fullres"
    assert manifest.origin.imported_with["torch"] == torch.__version__


def test_no_path_of_this_machine_is_kept(source: Path, tmp_path: Path) -> None:
    import_model(source, tmp_path / "model", name="test")

    for path in (tmp_path / "model").iterdir():
        assert str(tmp_path).encode() not in path.read_bytes()


def test_importing_twice_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        import_model(source, tmp_path / name, name="test")

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_every_fold_becomes_a_file_of_its_own(tmp_path: Path) -> None:
    source = write_result_folder(tmp_path / "result", PLANS, folds=("0", "1", "all"))

    manifest = import_model(source, tmp_path / "model", name="test")
    chosen = import_model(source, tmp_path / "chosen", name="test", folds=("all",))

    assert [fold.weights.name for fold in manifest.folds] == ["0.safetensors", "1.safetensors"]
    assert manifest.folds[0].weights.sha256 != manifest.folds[1].weights.sha256
    assert [fold.name for fold in chosen.folds] == ["all"]


@pytest.mark.parametrize("copied", ["fold_0_backup", "fold_0 (copy)", "fold_00"])
def test_a_copy_of_a_fold_is_not_averaged_in(tmp_path: Path, copied: str) -> None:
    source = write_result_folder(tmp_path / "result", PLANS, folds=("0",))
    other = write_result_folder(tmp_path / "other", PLANS, folds=("0",), seed=7)
    shutil.copytree(other / "fold_0", source / copied)

    manifest = import_model(source, tmp_path / "model", name="test")

    assert [fold.source_sha256 for fold in manifest.folds] == [
        _digest(source / "fold_0" / "checkpoint_best.pth")
    ]


def test_the_data_sets_folder_is_as_good_as_the_result_folder(tmp_path: Path) -> None:
    source = write_result_folder(tmp_path / "run" / "model" / "Dataset901" / "t__p__c", PLANS)

    for number, given in enumerate((source, source.parent, source.parents[1])):
        manifest = import_model(given, tmp_path / f"model-{number}", name="test")
        assert [fold.name for fold in manifest.folds] == ["all"]


def test_plans_that_do_not_fit_the_network_are_refused(tmp_path: Path) -> None:
    source = write_result_folder(tmp_path / "result", PLANS)
    (source / "plans.json").write_text(json.dumps(new_plans(patch=(18, 16, 16))))

    with pytest.raises(ModelError, match=r"a patch of multiples of .*Copy plans\.json"):
        import_model(source, tmp_path / "model", name="test")

    _assert_nothing_written(tmp_path)


def test_statistics_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    plans = new_plans(patch=(16, 16, 16))
    plans["foreground_intensity_properties_per_channel"]["0"]["mean"] = float("nan")
    source = write_result_folder(tmp_path / "result", PLANS)
    (source / "plans.json").write_text(json.dumps(plans))

    with pytest.raises(ModelError, match=r"plans of nnU-Net v2, found .*mean"):
        import_model(source, tmp_path / "model", name="test")


def test_the_taken_checkpoint_is_said(
    source: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        import_model(source, tmp_path / "model", name="test")

    assert f"Importing {source}/fold_all/checkpoint_best.pth" in caplog.text


def test_prefixes_of_wrappers_do_not_matter(tmp_path: Path) -> None:
    plain = write_result_folder(tmp_path / "plain", PLANS)
    wrapped = write_result_folder(tmp_path / "wrapped", PLANS, prefix="module.")

    manifests = [
        import_model(source, tmp_path / f"model {source.name}", name="test")
        for source in (plain, wrapped)
    ]

    assert len({manifest.folds[0].weights.sha256 for manifest in manifests}) == 1


def test_transposed_kernels_are_turned_back(tmp_path: Path) -> None:
    plans = new_plans(patch=(16, 16, 16), transpose_forward=(2, 0, 1))
    source = write_result_folder(tmp_path / "result", plans)

    manifest = import_model(source, tmp_path / "model", name="test")

    name = "encoder.stem.convs.0.conv.weight"
    checkpoint = torch.load(source / "fold_all" / "checkpoint_best.pth", weights_only=False)
    stored = load_file(tmp_path / "model" / "all.safetensors")
    assert torch.equal(stored[name], checkpoint["network_weights"][name].permute(0, 1, 3, 4, 2))
    assert manifest.origin.transpose_forward == (2, 0, 1)


def _assert_nothing_written(tmp_path: Path) -> None:
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_a_wrong_hash_writes_nothing(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"expected SHA-256 f{64}"):
        import_model(source, tmp_path / "model", name="test", expected_sha256="f" * 64)

    _assert_nothing_written(tmp_path)


def test_the_right_hash_is_accepted(source: Path, tmp_path: Path) -> None:
    digest = _digest(source / "fold_all" / "checkpoint_best.pth")

    by_text = import_model(source, tmp_path / "one", name="test", expected_sha256=digest)
    by_fold = import_model(source, tmp_path / "two", name="test", expected_sha256={"all": digest})

    assert by_text.folds[0].source_sha256 == by_fold.folds[0].source_sha256 == digest


def test_one_hash_does_not_stand_for_two_folds(tmp_path: Path) -> None:
    source = write_result_folder(tmp_path / "result", PLANS, folds=("0", "1"))

    with pytest.raises(CallError, match="expected one per fold, found one for the folds 0, 1"):
        import_model(source, tmp_path / "model", name="test", expected_sha256="f" * 64)


def test_a_hash_for_a_fold_that_is_not_imported_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="found one for the fold 7"):
        import_model(source, tmp_path / "model", name="t", expected_sha256={"7": "f" * 64})


class Bomb:
    """Unpickled without care, creates a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_a_malicious_checkpoint_writes_nothing_and_runs_nothing(
    source: Path, tmp_path: Path
) -> None:
    path = source / "fold_all" / "checkpoint_best.pth"
    content = torch.load(path, weights_only=False)
    torch.save({**content, "logging": Bomb(tmp_path / "crater")}, path)

    with pytest.raises(ModelError, match="wants to call"):
        import_model(source, tmp_path / "model", name="test")

    _assert_nothing_written(tmp_path)


def test_folds_that_are_run_otherwise_are_refused(tmp_path: Path) -> None:
    source = write_result_folder(tmp_path / "result", PLANS, folds=("0", "1"))
    path = source / "fold_1" / "checkpoint_best.pth"
    content = torch.load(path, weights_only=False)
    torch.save({**content, "inference_allowed_mirroring_axes": (0,)}, path)

    with pytest.raises(ModelError, match="run alike, as fold 0, found fold 1 unlike"):
        import_model(source, tmp_path / "model", name="test")


def test_weights_of_another_network_are_refused(source: Path, tmp_path: Path) -> None:
    other = write_result_folder(tmp_path / "other", old_plans())
    weights = other / "fold_all" / "checkpoint_best.pth"
    content = torch.load(weights, weights_only=False)
    content["init_args"]["configuration"] = "3d_fullres"
    torch.save(content, source / "fold_all" / "checkpoint_best.pth")

    with pytest.raises(ModelError, match="tensors"):
        import_model(source, tmp_path / "model", name="test")


def test_an_existing_folder_stays(source: Path, tmp_path: Path) -> None:
    import_model(source, tmp_path / "model", name="first")

    with pytest.raises(OutputError, match="--overwrite"):
        import_model(source, tmp_path / "model", name="second")
    assert read_manifest(tmp_path / "model").name == "first"

    import_model(source, tmp_path / "model", name="second", overwrite=True)
    assert read_manifest(tmp_path / "model").name == "second"


def _without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    for module in (model_import, packages):
        monkeypatch.setattr(
            module, "find_spec", lambda name: None if name in missing else find_spec(name)
        )


def test_without_onnx_the_graph_is_left_out_and_it_is_said(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _without(monkeypatch, "onnx")

    manifest: Manifest = import_model(source, tmp_path / "model", name="test")

    assert manifest.folds[0].onnx is None
    assert not (tmp_path / "model" / "all.onnx").exists()
    assert "only the torch engine" in caplog.text


def test_without_torch_the_error_says_what_to_install(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without(monkeypatch, "torch", "safetensors")

    with pytest.raises(CallError, match=r"torch, safetensors not installed.*'\.\[gpu,importing\]'"):
        import_model(source, tmp_path / "model", name="test")
