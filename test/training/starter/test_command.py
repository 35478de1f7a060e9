"""The whole run as a user starts it: train, export, evaluate, card."""

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from tiny_scans import SPACING, ball, tiny_recipe
from typer.testing import CliRunner, Result

from algorithm.models.importing.on_the_fly import load_model
from algorithm.models.zoom_manifest import ZoomManifest
from training.__main__ import app
from training.starter.export.export import export_run
from training.starter.run.loop import Run
from training.starter.run.start import read_start
from training.starter.settings.recipe import DEFAULT_RECIPE, read_recipe
from uls.workshop.errors import InputError, ModelError

_SMALLER = {
    "widths = [32, 64, 112, 160]": "widths = [8, 8]",
    "blocks = [1, 2, 2, 1]": "blocks = [1, 1]",
    "real_share = 0.38": "real_share = 1.0",
    "batch_size = 8": "batch_size = 4",
    "validation_patches = 192": "validation_patches = 0",
}


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    text = DEFAULT_RECIPE.read_text()
    for usual, smaller in _SMALLER.items():
        assert usual in text
        text = text.replace(usual, smaller)
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    return path


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    folder.mkdir()
    hu, mask = ball()
    for name, voxels in (("image", hu), ("tumour", mask.astype(np.uint8))):
        image = sitk.GetImageFromArray(voxels)
        image.SetSpacing(SPACING[::-1])
        for case in ("case", "kept"):
            sitk.WriteImage(image, str(folder / f"{case}_{name}.nii.gz"))
    return folder


FEW = ("--several", 0)
"""No scans with several lesions: they take a while."""


def starter(*arguments: str | Path | int) -> Result:
    return CliRunner().invoke(app, ["starter", *map(str, arguments)])


def test_a_model_is_trained_evaluated_and_gets_its_card(
    tmp_path: Path, recipe: Path, scans: Path
) -> None:
    run, model, scores = tmp_path / "run", tmp_path / "model", tmp_path / "scores.json"
    common = ("--run", run, "--output", model, "--recipe", recipe)
    trained = starter(
        *("train", *common, "--scans", scans, "--hold-out", "kept"),
        *("--steps", 2, "--workers", 0),
    )
    assert trained.exit_code == 0, trained.output
    assert "the model after 2 steps" in trained.output
    evaluated = starter(
        *(
            "evaluate",
            "--model",
            model,
            "--lesions",
            scans,
            "--clicks",
            1,
            "--several",
            0,
            "--json",
            scores,
        )
    )
    assert evaluated.exit_code == 0, evaluated.output
    exported = starter("export", *common, "--evaluation", scores, "--trained-on", "a test")
    assert exported.exit_code == 0, exported.output
    card = (model / "MODEL_CARD.md").read_text()
    assert "2 steps of 4 samples, 4 samples in all" in card
    assert "on a test" in card
    assert "Not a medical device" in card
    assert "on lesions never trained on, 1 clicks each" in card
    assert "scans of 1 cases: case." in card  # and nothing of the committed weights' data
    assert "Not stated; it depends on the licences" in card
    assert "Soft-tissue-Sarcoma" not in card
    row = next(line for line in card.splitlines() if line.startswith("all "))
    (case,) = json.loads(scores.read_text())["methods"][0]["cases"]
    assert case["name"] == "kept_tumour"
    dice = case["clicks"][0]["dice"]
    assert f"{dice:.3f}" in row
    assert starter("evaluate", "--model", model, "--synthetic", 0).exit_code != 0


def test_a_report_of_other_weights_makes_no_card(tmp_path: Path, recipe: Path, scans: Path) -> None:
    run, model, scores = tmp_path / "run", tmp_path / "model", tmp_path / "scores.json"
    common = ("--run", run, "--output", model, "--recipe", recipe)
    starter("evaluate", "--synthetic", 1, "--clicks", 1, *FEW, "--json", scores)
    starter("train", *common, "--scans", scans, "--steps", 1, "--workers", 0)
    (model / "MODEL_CARD.md").write_text("An earlier card.")
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    done = starter("export", *common, "--evaluation", scores)
    assert isinstance(done.exception, InputError)
    assert "--evaluation: expected a report of this run's weights and search" in str(done.exception)
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before
    assert not list(tmp_path.glob(".model*"))


def test_a_report_of_another_search_makes_no_card(
    tmp_path: Path, recipe: Path, scans: Path
) -> None:
    run, model, scores = tmp_path / "run", tmp_path / "model", tmp_path / "scores.json"
    call = ("--run", run, "--output", model, "--recipe", recipe)
    starter("train", *call, "--scans", scans, "--steps", 1, "--workers", 0)
    starter(
        "evaluate",
        "--model",
        model,
        "--synthetic",
        1,
        "--clicks",
        1,
        "--several",
        0,
        "--json",
        scores,
    )
    recipe.write_text(recipe.read_text().replace("threshold = 0.4", "threshold = 0.3"))
    done = starter("export", *call, "--evaluation", scores)
    assert "found one of others" in str(done.exception)
    assert "0.4" in (model / "model.json").read_text()


def test_it_is_told_where_a_model_does_not_say_what_it_was_trained_on(
    tmp_path: Path, scans: Path
) -> None:
    model, scores = tmp_path / "model", tmp_path / "scores.json"
    Run(tmp_path, tiny_recipe(), torch.device("cpu"), trained_on=None)._save()
    export_run(tmp_path, model)
    evaluate = (
        "evaluate",
        "--model",
        model,
        "--lesions",
        scans,
        "--clicks",
        1,
        "--several",
        0,
        "--json",
        scores,
    )
    assert "does not say what it was trained on" in starter(*evaluate).stderr
    assert json.loads(scores.read_text())["seen"] == "unknown"


def test_what_is_said_of_a_model_is_in_its_manifest_and_card(
    tmp_path: Path, recipe: Path, scans: Path
) -> None:
    run, model, scores = tmp_path / "run", tmp_path / "model", tmp_path / "scores.json"
    about = tmp_path / "about"
    about.mkdir()
    keys = ("title", "description", "intended_use", "limits", "licence")
    (about / "about.toml").write_text("".join(f'{key} = "my {key}"\n' for key in keys))
    (about / "data.md").write_text("My data.")
    common = ("--run", run, "--output", model, "--recipe", recipe)
    starter("train", *common, "--scans", scans, "--steps", 1, "--workers", 0)
    assert "my licence" not in (model / "model.json").read_text()
    evaluate = (
        "evaluate",
        "--model",
        model,
        "--lesions",
        scans,
        "--clicks",
        1,
        "--several",
        0,
        "--json",
        scores,
    )
    assert starter(*evaluate, "--all-lesions").exit_code == 0
    exported = starter("export", *common, "--about", about, "--evaluation", scores)
    assert exported.exit_code == 0, exported.output
    card = json.loads((model / "model.json").read_text())["card"]
    assert {card[key] for key in keys[1:]} == {f"my {key}" for key in keys[1:]}
    text = (model / "MODEL_CARD.md").read_text()
    assert all(f"my {key}" in text for key in keys)
    assert "My data." in text
    assert "no fair result" in text


def test_a_second_call_goes_on(tmp_path: Path, recipe: Path, scans: Path) -> None:
    call = ("train", "--run", tmp_path / "run", "--output", tmp_path / "model")
    options = ("--recipe", recipe, "--scans", scans, "--workers", 0)
    assert starter(*call, *options, "--steps", 1).exit_code == 0
    assert "after 2 steps" in starter(*call, *options, "--steps", 2).output


def test_an_evaluation_that_is_none_is_named_before_anything_is_exported(
    tmp_path: Path, recipe: Path
) -> None:
    report = tmp_path / "other.json"
    report.write_text("{}")
    model = tmp_path / "model"
    done = starter(
        *("export", "--run", tmp_path, "--output", model, "--recipe", recipe),
        *("--evaluation", report),
    )
    assert isinstance(done.exception, InputError)
    assert "other.json" in str(done.exception)
    assert not model.exists()


def test_training_leaves_the_processs_arithmetic_as_it_was(
    tmp_path: Path, recipe: Path, scans: Path
) -> None:
    call = ("train", "--run", tmp_path / "run", "--output", tmp_path / "model")
    done = starter(*call, "--recipe", recipe, "--scans", scans, "--workers", 0, "--steps", 1)
    assert done.exit_code == 0, done.output
    assert np.float64(5e-324) * 1.0 > 0  # a subnormal number, which training counts as zero


def test_a_new_run_begins_with_another_models_weights(
    tmp_path: Path, recipe: Path, scans: Path
) -> None:
    options = ("--recipe", recipe, "--scans", scans, "--workers", 0, "--steps", 1)
    first, second = tmp_path / "first", tmp_path / "second"
    assert starter("train", "--run", tmp_path / "a", "--output", first, *options).exit_code == 0
    begun = starter(
        *("train", "--run", tmp_path / "b", "--output", second, *options, "--start", first)
    )
    assert begun.exit_code == 0, begun.output
    # One step at a warm-up's learning rate hardly changes what the network computes.
    patch = torch.randn(1, 9, 48, 48, 48)
    sizes = read_recipe(recipe).network
    with torch.no_grad():
        before, after = (read_start(model, sizes)(patch) for model in (first, second))
    assert (after - before).abs().mean() < 0.1 * before.abs().mean()


def test_a_start_that_is_no_model_is_named(tmp_path: Path, recipe: Path, scans: Path) -> None:
    call = ("train", "--run", tmp_path / "run", "--output", tmp_path / "model")
    done = starter(*call, "--recipe", recipe, "--scans", scans, "--start", scans)
    assert isinstance(done.exception, ModelError)
    assert not (tmp_path / "model").exists()


def test_a_model_is_calibrated_by_a_report_of_its_own_masks(
    tmp_path: Path, recipe: Path, scans: Path
) -> None:
    run, model, scores = tmp_path / "run", tmp_path / "model", tmp_path / "scores.json"
    common = ("--run", run, "--output", model, "--recipe", recipe)
    train = ("--scans", scans, "--hold-out", "kept", "--steps", 1, "--workers", 0)
    assert starter("train", *common, *train).exit_code == 0
    evaluate = ("evaluate", "--model", model, "--lesions", scans, *FEW, "--json", scores)
    assert starter(*evaluate, "--clicks", 3).exit_code == 0
    refused = starter("export", *common, "--calibration", scores)
    assert isinstance(refused.exception, InputError)
    assert "at least 20 masks" in str(refused.exception)

    report = json.loads(scores.read_text())
    (case,) = report["methods"][0]["cases"]
    evidence = {"spread": 1.0, "agreement": 0.5, "crispness": 0.5, "inside": 0.5, "votes": 0.2}
    case["clicks"] = [{**case["clicks"][0], "evidence": evidence, "dice": 0.6}] * 30
    scores.write_text(json.dumps(report))
    done = starter("export", *common, "--calibration", scores)
    assert done.exit_code == 0, done.output
    manifest = load_model(model).manifest
    assert isinstance(manifest, ZoomManifest)
    assert manifest.certainty is not None
    assert manifest.certainty.of(evidence) == pytest.approx(0.6, abs=0.01)

    scores.write_text(json.dumps({**report, "measured": "another"}))
    refused = starter("export", *common, "--calibration", scores)
    assert "--calibration: expected a report of this run's weights" in str(refused.exception)
    assert load_model(model).manifest == manifest
