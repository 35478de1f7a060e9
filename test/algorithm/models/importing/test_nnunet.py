"""What an nnU-Net result folder holds, how it is run, and what is refused."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from nnunet_folders import BASELINE_CONFIGURATION, new_plans, old_plans

from algorithm.models.architecture import CTNormalisation, NoNormalisation, ZScoreNormalisation
from algorithm.models.importing.nnunet import ResultFolder
from algorithm.models.importing.nnunet_recipe import Recipe
from algorithm.models.result_folder import is_result_folder
from uls.workshop.errors import CallError, ModelError

DATASET = {"channel_names": {"0": "CT"}, "labels": {"background": 0, "lesion": 1}}


def _folder(tmp_path: Path, plans: dict[str, Any], dataset: dict[str, Any] | None = None) -> Path:
    folder = tmp_path / "result"
    folder.mkdir()
    (folder / "plans.json").write_text(json.dumps(plans))
    (folder / "dataset.json").write_text(json.dumps(DATASET if dataset is None else dataset))
    return folder


def _recipe(
    tmp_path: Path, plans: dict[str, Any], configuration: str = "3d_fullres", **options: Any
) -> Recipe:
    folder = ResultFolder.read(_folder(tmp_path, plans))
    return folder.recipe(configuration=configuration, **{"mirror_axes": (0, 1, 2), **options})


def test_the_baseline_is_one_patch_of_the_whole_voi(tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, old_plans(), BASELINE_CONFIGURATION)

    assert recipe.patch_zyx == (128, 256, 256)
    assert recipe.field == "voi"
    assert recipe.normalisation == CTNormalisation(
        low_hu=-910, high_hu=1672, mean_hu=21.7, std_hu=331.6
    )
    assert recipe.origin.resampling == "none"
    assert recipe.origin.plans == "nnUNetPlansNoRs"


def test_a_smaller_patch_goes_around_the_click(tmp_path: Path) -> None:
    assert _recipe(tmp_path, new_plans(patch=(64, 128, 128))).field == "click"


def test_a_smaller_patch_is_tiled_on_request(tmp_path: Path) -> None:
    assert _recipe(tmp_path, new_plans(patch=(64, 128, 128)), field="voi").field == "voi"


def test_a_patch_that_leaves_the_voi_is_tiled(tmp_path: Path) -> None:
    assert _recipe(tmp_path, new_plans(patch=(160, 128, 128))).field == "voi"


@pytest.mark.parametrize("patch", [(128, 256, 256), (160, 128, 128)])
def test_a_patch_that_is_not_within_the_voi_does_not_go_around_the_click(
    tmp_path: Path, patch: tuple[int, int, int]
) -> None:
    with pytest.raises(CallError, match="for field 'click', a patch within the VOI"):
        _recipe(tmp_path, new_plans(patch=patch), field="click")


def test_transposed_plans_are_turned_back(tmp_path: Path) -> None:
    plans = new_plans(
        transpose_forward=(2, 0, 1),
        patch=(16, 24, 32),
        strides=((1, 1, 1), (1, 2, 2), (2, 2, 4)),
    )

    recipe = _recipe(tmp_path, plans, mirror_axes=(0, 1))

    # The network's axes are x, z, y of the VOI.
    assert recipe.patch_zyx == (24, 32, 16)
    assert recipe.architecture.strides == ((1, 1, 1), (2, 2, 1), (2, 4, 2))
    assert recipe.mirror_axes_zyx == (0, 2)
    assert recipe.axes_back == (1, 2, 0)


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [("ZScoreNormalization", ZScoreNormalisation()), ("NoNormalization", NoNormalisation())],
)
def test_other_normalisations(tmp_path: Path, scheme: str, expected: Any) -> None:
    assert _recipe(tmp_path, new_plans(normalization_schemes=[scheme])).normalisation == expected


def test_native_spacing_leaves_out_the_resampling_and_says_so(tmp_path: Path) -> None:
    plans = new_plans(resampling_fn_data="resample_torch_fornnunet")

    recipe = _recipe(tmp_path, plans, native_spacing=True)

    assert recipe.origin.resampling == (
        "left out, as the model was trained at each scan's own spacing "
        "(plans: resample_torch_fornnunet)"
    )


@pytest.mark.parametrize("function", ["resampling_fn_data", "resampling_fn_probabilities"])
def test_plans_that_resample_are_refused(tmp_path: Path, function: str) -> None:
    with pytest.raises(ModelError, match=r"plans that resample \(other\).*--native-spacing"):
        _recipe(tmp_path, new_plans(**{function: "other"}))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"normalization_schemes": ["RescaleTo01Normalization"]}, "RescaleTo01Normalization"),
        ({"normalization_schemes": ["CTNormalization"] * 2}, "CTNormalization, CTNormalization"),
        ({"use_mask_for_norm": [True]}, "use_mask_for_norm true"),
        ({"patch_size": [256, 256]}, "a 3D configuration"),
        ({"previous_stage": "3d_lowres"}, "a cascade after '3d_lowres'"),
        ({"preprocessor_name": "MyPreprocessor"}, "MyPreprocessor"),
    ],
)
def test_what_is_not_supported_is_refused(
    tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(ModelError, match=named):
        _recipe(tmp_path, new_plans(**changes))


def test_missing_intensity_statistics_are_named(tmp_path: Path) -> None:
    plans = new_plans()
    plans["foreground_intensity_properties_per_channel"] = {}

    with pytest.raises(ModelError, match="foreground_intensity_properties_per_channel"):
        _recipe(tmp_path, plans)


def test_mirroring_axes_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"mirroring axes of 0, 1, 2, found \(3,\)"):
        _recipe(tmp_path, new_plans(), mirror_axes=(3,))


@pytest.mark.parametrize(
    "labels",
    [
        {"background": 0, "lesion": 1, "other": 2},
        {"background": 0, "ignore": 1},
        {"background": 0, "whole": [1, 2]},
        {"background": 0, "twice": [1, 1]},
        {"background": [0], "lesion": 1},
        {"background": 0, "lesion": 1, "ignore": 3},
        {"background": 0, "lesion": 1, "ignore": "2"},
        {"background": 0, "lesion": True},
        {"background": 0, "lesion": 1.5},
        {"background": 0, "lesion": float("inf")},
        {"background": 0, "lesion": "one"},
        {"background": 0, "lesion": {}},
        {"background": 0, "lesion": 2},
        {"lesion": 1, "other": 2},
        {"background": 0},
        None,
    ],
)
def test_another_task_is_refused(tmp_path: Path, labels: Any) -> None:
    folder = _folder(tmp_path, new_plans(), {**DATASET, "labels": labels})

    with pytest.raises(ModelError, match=r"dataset\.json: expected two labels"):
        ResultFolder.read(folder)


@pytest.mark.parametrize(
    "labels",
    [
        {"background": "0", "tumour": "1"},
        {"background": 0, "lesion": [1]},
        {"background": 0, "lesion": [1], "ignore": 2},
        {"background": 0, "lesion": 1, "ignore": 2},
        {"background": 0.0, "lesion": 1.0},
        {"background": 0, "primary": 1, "metastasis": 1},
    ],
)
def test_what_nnunet_makes_two_classes_of_is_our_task(tmp_path: Path, labels: Any) -> None:
    dataset = {**DATASET, "labels": labels}

    assert ResultFolder.read(_folder(tmp_path, new_plans(), dataset)).path.is_dir()


def test_two_channels_are_refused(tmp_path: Path) -> None:
    dataset = {**DATASET, "channel_names": {"0": "CT", "1": "PET"}}

    with pytest.raises(ModelError, match=r"one input channel, CT, found .*PET"):
        ResultFolder.read(_folder(tmp_path, new_plans(), dataset))


def test_another_label_manager_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="LabelManager, found 'Mine'"):
        ResultFolder.read(_folder(tmp_path, {**new_plans(), "label_manager": "Mine"}))


def test_a_reader_that_reorients_gets_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plans = {**new_plans(), "image_reader_writer": "NibabelIOWithReorient"}

    with caplog.at_level(logging.WARNING):
        ResultFolder.read(_folder(tmp_path, plans))

    assert "NibabelIOWithReorient" in caplog.text


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere.*found no folder"):
        ResultFolder.read(tmp_path / "nowhere")


def _with_checkpoints(tmp_path: Path, *names: str) -> ResultFolder:
    folder = _folder(tmp_path, new_plans())
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return ResultFolder.read(folder)


def test_numbered_folds_go_before_all(tmp_path: Path) -> None:
    folder = _with_checkpoints(tmp_path, "fold_all/a.pth", "fold_1/a.pth", "fold_0/a.pth")

    assert folder.folds() == ("0", "1")
    assert folder.folds(("all",)) == ("all",)


def test_all_is_used_where_it_is_alone(tmp_path: Path) -> None:
    assert _with_checkpoints(tmp_path, "fold_all/a.pth").folds() == ("all",)


def test_folds_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    names = [f"fold_{n}/a.pth" for n in ("10", "2", "all", "0")]

    assert _with_checkpoints(tmp_path, *names).folds() == ("0", "2", "10")


@pytest.mark.parametrize(
    "copy",
    [
        *("fold_0_backup", "fold_0 (copy)", "fold_0-Copy1", "fold_00", "fold_0.bak", "fold_old"),
        *("fold_", "fold_all_old", "fold_-1", "fold_0_", "fold_ 0", "fold_\u0661"),
    ],
)
@pytest.mark.parametrize("fold", ["0", "all"])
def test_a_folder_that_nnunet_calls_no_fold_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fold: str, copy: str
) -> None:
    folder = _with_checkpoints(tmp_path, f"fold_{fold}/a.pth", f"{copy}/a.pth")

    assert folder.folds() == (fold,)
    assert f"{copy} is left out" in caplog.text
    with pytest.raises(ModelError, match=f"found the folds {fold}"):
        folder.folds((copy.removeprefix("fold_"),))


def test_a_file_that_is_called_like_a_fold_is_none(tmp_path: Path) -> None:
    folder = _with_checkpoints(tmp_path, "fold_0/a.pth", "fold_1")

    assert folder.folds() == ("0",)


def test_a_fold_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="a folder fold_3, found the folds all"):
        _with_checkpoints(tmp_path, "fold_all/a.pth").folds(("3",))


def test_no_fold_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"a folder fold_\*, found none"):
        _with_checkpoints(tmp_path).folds()


BEST, FINAL = "fold_0/checkpoint_best.pth", "fold_0/checkpoint_final.pth"


@pytest.mark.parametrize(
    ("there", "wanted", "taken"),
    [
        ((BEST, FINAL), None, FINAL),
        ((BEST,), None, BEST),
        ((BEST, FINAL), "best", BEST),
        ((BEST, FINAL), "final", FINAL),
        ((BEST, "fold_0/mine.pth"), "mine.pth", "fold_0/mine.pth"),
    ],
)
def test_which_checkpoint_is_taken(
    tmp_path: Path, there: tuple[str, ...], wanted: str | None, taken: str
) -> None:
    folder = _with_checkpoints(tmp_path, *there)

    assert folder.checkpoints(("0",), wanted) == (("0", folder.path / taken),)


def test_a_checkpoint_must_be_in_every_fold(tmp_path: Path) -> None:
    folder = _with_checkpoints(tmp_path, FINAL, BEST, "fold_1/checkpoint_best.pth")

    assert [path.name for _, path in folder.checkpoints(("0", "1"))] == ["checkpoint_best.pth"] * 2
    with pytest.raises(ModelError, match=r"checkpoint_final\.pth in every one of the folds 0, 1"):
        folder.checkpoints(("0", "1"), "final")


def test_a_training_that_did_not_end_is_imported_on_request(tmp_path: Path) -> None:
    folder = _with_checkpoints(tmp_path, "fold_0/checkpoint_latest.pth")

    with pytest.raises(ModelError, match=r"training did not end.*--checkpoint latest"):
        folder.checkpoints(("0",))
    assert folder.checkpoints(("0",), "latest")[0][1].name == "checkpoint_latest.pth"


def test_folds_without_a_checkpoint_are_told_from_those_that_have_one(tmp_path: Path) -> None:
    folder = _with_checkpoints(tmp_path, FINAL, "fold_1/checkpoint_latest.pth", "fold_2/._x.pth")

    with pytest.raises(ModelError) as caught:
        folder.checkpoints(("0", "1", "2"))
    assert "in fold_1 checkpoint_latest.pth; in fold_2 no checkpoint" in str(caught.value)
    assert str(caught.value).endswith("Take the folds that have one: --fold 0.")


def test_one_checkpoint_does_not_stand_for_every_fold(tmp_path: Path) -> None:
    folder = _with_checkpoints(tmp_path, FINAL, "fold_1/checkpoint_final.pth")

    with pytest.raises(CallError, match="found a path"):
        folder.checkpoints(("0", "1"), str(tmp_path / "result" / FINAL))


def test_what_is_a_result_folder(tmp_path: Path) -> None:
    folder = _with_checkpoints(tmp_path, FINAL).path

    assert is_result_folder(folder)
    assert not is_result_folder(tmp_path)
    (folder / "plans.json").unlink()
    assert not is_result_folder(folder)
