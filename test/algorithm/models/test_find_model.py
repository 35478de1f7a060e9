"""Where models are looked for, and in which order."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from algorithm.models import find_model as module
from algorithm.models.find_model import BUILT_IN_VARIABLE, find_model, find_result_folder, models_in
from uls.workshop.errors import ModelError


def _model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "model.json").touch()
    return folder


def _result_folder(folder: Path) -> Path:
    (folder / "fold_all").mkdir(parents=True)
    (folder / "fold_all" / "checkpoint_best.pth").touch()
    (folder / "plans.json").touch()
    return folder


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    return tmp_path / "opt" / "ml" / "model"


@pytest.fixture
def built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = _model(tmp_path / "app" / "weights")
    monkeypatch.setenv(BUILT_IN_VARIABLE, str(folder))
    return folder


def test_what_the_user_names_goes_first(tmp_path: Path, platform: Path, built_in: Path) -> None:
    named = _model(tmp_path / "mine")
    _model(platform)

    assert find_model(named, platform_folder=platform) == named


def test_uploaded_weights_win_over_those_built_in(platform: Path, built_in: Path) -> None:
    _model(platform)

    assert find_model(platform_folder=platform) == platform


def test_the_built_in_weights_go_last(platform: Path, built_in: Path) -> None:
    assert find_model(platform_folder=platform) == built_in


def test_an_empty_folder_of_uploads_does_not_count(platform: Path, built_in: Path) -> None:
    platform.mkdir(parents=True)
    (platform / ".hidden").touch()

    assert find_model(platform_folder=platform) == built_in


@pytest.mark.parametrize(("in_wheel", "expected"), [(True, "wheel"), (False, "checkout")])
def test_without_the_variable_the_weights_beside_the_code_are_built_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_wheel: bool, expected: str
) -> None:
    monkeypatch.delenv(BUILT_IN_VARIABLE, raising=False)
    monkeypatch.setattr(module, "_IN_CHECKOUT", _model(tmp_path / "checkout"))
    monkeypatch.setattr(module, "_IN_WHEEL", tmp_path / "wheel")
    if in_wheel:
        _model(tmp_path / "wheel")
    assert find_model(platform_folder=tmp_path / "none") == tmp_path / expected


def test_uploads_that_hold_no_model_are_an_error_and_not_passed_over(
    platform: Path, built_in: Path
) -> None:
    platform.mkdir(parents=True)
    (platform / "weights.bin").touch()

    with pytest.raises(ModelError, match=r"uploaded weights.*found weights\.bin.*weights import"):
        find_model(platform_folder=platform)


@pytest.mark.parametrize("inside", ["model", "Dataset901/nnUNetTrainer__nnUNetPlans__3d_fullres"])
def test_uploads_may_lie_a_folder_or_two_deeper(platform: Path, inside: str) -> None:
    expected = _model(platform / inside)

    assert find_model(platform_folder=platform) == expected


def test_a_result_folder_of_nnunet_counts(platform: Path) -> None:
    expected = _result_folder(platform / "Dataset901" / "trainer__plans__configuration")

    assert find_model(platform_folder=platform) == expected


def test_several_models_are_an_error_that_names_them(tmp_path: Path) -> None:
    _model(tmp_path / "models" / "first")
    _result_folder(tmp_path / "models" / "second")

    with pytest.raises(ModelError, match=r"found 2: .*first, .*second"):
        find_model(tmp_path / "models")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere: expected a model \(--model\), found no such"):
        find_model(tmp_path / "nowhere")


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="found an empty folder"):
        find_model(tmp_path)


@pytest.mark.parametrize("named", ["", "model", "model/Dataset901", "model/Dataset901/t__p__c"])
def test_a_jobs_folders_mean_its_result_folder(tmp_path: Path, named: str) -> None:
    expected = _result_folder(tmp_path / "run" / "model" / "Dataset901" / "t__p__c")
    given = tmp_path / "run" / named

    if named:
        assert find_result_folder(given) == find_model(given) == expected
    else:  # too deep to be looked for, but not to be named
        with pytest.raises(ModelError, match=f"a folder in it that holds a model, as {expected}"):
            find_result_folder(given)


def test_several_result_folders_are_an_error_that_names_them(tmp_path: Path) -> None:
    _result_folder(tmp_path / "a")
    _result_folder(tmp_path / "b")

    with pytest.raises(ModelError, match=r"found 2: .*/a, .*/b\. Name one"):
        find_result_folder(tmp_path)


def test_an_imported_model_beside_a_result_folder_does_not_count(tmp_path: Path) -> None:
    _model(tmp_path / "a")
    expected = _result_folder(tmp_path / "b")

    assert find_result_folder(tmp_path) == expected


@pytest.mark.parametrize(
    ("kind", "hint"), [("nnunet", "which it was imported"), ("zoom", "starter train --start")]
)
def test_a_model_folder_is_no_result_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, hint: str
) -> None:
    folder = _model(tmp_path / "model")
    monkeypatch.setattr(module, "read_manifest", lambda _: SimpleNamespace(kind=kind))

    with pytest.raises(ModelError, match=rf"kind {kind}\).*{hint}"):
        find_result_folder(folder)


def _fold_alone(folder: Path) -> Path:
    return _result_folder(folder) / "fold_all"


def _checkpoint(folder: Path) -> Path:
    return _result_folder(folder) / "fold_all" / "checkpoint_best.pth"


def _files(*names: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        return folder

    return write


def _exported(folder: Path) -> Path:
    folder.mkdir()
    with zipfile.ZipFile(folder / "model.zip", "w") as archive:
        archive.writestr("Dataset901/t__p__c/plans.json", "{}")
    return folder / "model.zip"


def _pointer(folder: Path) -> Path:
    folder.mkdir()
    (folder / "model.zip").write_text("version https://git-lfs.github.com/spec/v1\n")
    return folder / "model.zip"


@pytest.mark.parametrize(
    ("made", "hint"),
    [
        (_fold_alone, "one fold: name .*/place, and the fold by --fold all"),
        (_checkpoint, "/place, the fold by --fold all, the file by --checkpoint checkpoint_best"),
        (_files("checkpoint_final.pth"), "name the folder that nnU-Net trained into"),
        (_exported, "Unpack it .*unzip model.zip"),
        (_pointer, "git lfs pull"),
        (_files("model.zip"), "Unpack model.zip"),
        (_files("fold_0/checkpoint_final.pth"), r"Copy plans\.json and dataset\.json there"),
        (_files("plans.pkl", "model_final_checkpoint.model"), "nnU-Net v1"),
        (_files("dataset.json", "imagesTr/a_0000.nii.gz"), "A data set is no model: train on it"),
        (_files("nnUNetPlans.json", "gt_segmentations/a.nii.gz"), "A data set is no model"),
        (_files("readme.txt"), "weights import"),
        (lambda folder: folder / "gone", "Check the path"),
    ],
)
def test_what_to_name_instead_is_said(
    tmp_path: Path, made: Callable[[Path], Path], hint: str
) -> None:
    place = made(tmp_path / "place")

    for find in (find_result_folder, find_model):
        with pytest.raises(ModelError, match=hint):
            find(place)


def test_models_are_listed_in_order(tmp_path: Path) -> None:
    second, first = _model(tmp_path / "b"), _model(tmp_path / "a" / "deep")

    assert models_in(tmp_path) == [first, second]
    assert models_in(first) == [first]
    assert models_in(tmp_path / "nowhere") == []
