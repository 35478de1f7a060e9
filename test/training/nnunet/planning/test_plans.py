import json
from pathlib import Path
from typing import Any

import pytest
from nnunet_folders import BASELINE_CONFIGURATION, HU, new_plans, old_plans
from synthetic_raw_sets import box_label, write_raw

from algorithm.models.importing.nnunet_recipe import Recipe, recipe
from algorithm.models.importing.plans import Plans
from training.nnunet.planning.plans import make_plans, taken_over
from training.nnunet.planning.presets import Network, Overrides, preset
from uls.workshop.errors import CallError, ModelError

FINGERPRINT = {
    "median_relative_size_after_cropping": 1.0,
    "spacings": [[2.0, 0.5, 0.5], [1.0, 0.7, 0.7], [5.0, 0.9, 0.9]],
    "foreground_intensity_properties_per_channel": {"0": {**HU, "min": -1024.0, "max": 3071.0}},
}


def planned(tmp_path: Path, name: str, **overrides: Any) -> dict[str, Any]:
    raw = write_raw(tmp_path / "Dataset001_A", {"a": box_label()})
    return make_plans(raw, FINGERPRINT, preset(name), Overrides(**overrides))


def as_run(tmp_path: Path, plans: dict[str, Any], configuration: str) -> Recipe:
    (tmp_path / "plans.json").write_text(json.dumps(plans))
    read = Plans.read(tmp_path / "plans.json")
    return recipe(read, configuration, mirror_axes=(0, 1, 2))


def test_the_baselines_plans_are_the_published_ones(tmp_path: Path) -> None:
    """The table of the challenge's network; what runs our plans and the old ones is the same."""
    plans = planned(tmp_path, "uls23-baseline")
    ours = as_run(tmp_path, plans, "3d_fullres_resenc")
    published = old_plans(base_features=32, max_features=384, blocks=(1, 3, 4, 6, 6, 6, 6))
    theirs = as_run(tmp_path, published, BASELINE_CONFIGURATION)
    assert ours.architecture == theirs.architecture
    assert ours.architecture.features_per_stage == (32, 64, 128, 256, 384, 384, 384)
    assert ours.patch_zyx == theirs.patch_zyx == (128, 256, 256)
    assert ours.normalisation == theirs.normalisation
    assert (ours.field, ours.origin.resampling) == ("voi", "none")
    configuration = plans["configurations"]["3d_fullres_resenc"]
    assert (configuration["batch_size"], configuration["batch_dice"]) == (3, False)
    assert configuration["spacing"] == [2.0, 0.7, 0.7]


def test_the_patch_and_the_network_can_be_others(tmp_path: Path) -> None:
    network = Network(
        features_per_stage=(4, 8),
        strides=((1, 1, 1), (1, 2, 2)),
        kernel_sizes=((3, 3, 3),) * 2,
        blocks_per_stage=(1, 1),
        convs_per_stage_decoder=(1,),
    )
    plans = planned(tmp_path, "uls-plus", patch_zyx=(7, 8, 8), network=network, batch_size=2)
    run = as_run(tmp_path, plans, "3d_fullres")
    assert (run.patch_zyx, run.architecture.strides) == ((7, 8, 8), network.strides)
    assert run.field == "click"


def test_a_patch_that_the_strides_do_not_divide_is_told(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"a multiple of 32 along z.*found 100"):
        planned(tmp_path, "uls23-baseline", patch_zyx=(100, 256, 256))


def test_old_plans_are_taken_over_without_resampling(tmp_path: Path) -> None:
    plans = taken_over(old_plans(), BASELINE_CONFIGURATION, about=tmp_path)
    (only,) = plans["configurations"].values()
    assert "inherits_from" not in only
    assert only["UNet_class_name"] == "ResidualEncoderUNet"
    assert only["resampling_fn_data"] == "no_resampling_hack"
    assert only["data_identifier"] == f"nnUNetPlansNoRs_{BASELINE_CONFIGURATION}"


def test_plans_that_resample_are_refused_unless_the_call_knows_better(tmp_path: Path) -> None:
    resampling = new_plans(resampling_fn_data="resample_data_or_seg_to_shape")
    with pytest.raises(ModelError, match="--native-spacing"):
        taken_over(resampling, "3d_fullres", about=tmp_path)
    plans = taken_over(resampling, "3d_fullres", about=tmp_path, native_spacing=True)
    assert plans["configurations"]["3d_fullres"]["resampling_fn_data"] == "no_resampling_hack"


def test_an_unknown_preset_is_told() -> None:
    with pytest.raises(CallError, match="one of uls23-baseline, uls-plus, nnunet, found nnunet-2d"):
        preset("nnunet-2d")


def test_uls_plus_is_laid_out_by_nnunets_planner(tmp_path: Path) -> None:
    """ResEnc-L on 64x128x128: the blocks and features that its name stands for."""
    plans = planned(tmp_path, "uls-plus")
    run = as_run(tmp_path, plans, "3d_fullres")
    assert run.patch_zyx == (64, 128, 128)
    assert run.architecture.features_per_stage == (32, 64, 128, 256, 320, 320)
    assert run.architecture.blocks_per_stage == (1, 3, 4, 6, 6, 6)
    assert run.architecture.network == "ResidualEncoderUNet"
    assert plans["configurations"]["3d_fullres"]["batch_size"] >= 2
    assert (run.field, run.origin.resampling) == ("click", "none")
