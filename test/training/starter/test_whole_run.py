"""A run from other sources than scans with lesions: real nodules' shapes, or nothing at all."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pylidc_tables import Tables, cuboid
from tiny_scans import SPACING, ball
from typer.testing import CliRunner, Result

from algorithm.models.importing.on_the_fly import load_model
from training.__main__ import app
from training.starter.settings.cases_seen import cases_of
from training.starter.settings.recipe import DEFAULT_RECIPE

_SMALLER = {
    "widths = [32, 64, 112, 160]": "widths = [8, 8]",
    "blocks = [1, 2, 2, 1]": "blocks = [1, 1]",
    "batch_size = 8": "batch_size = 4",
    "validation_patches = 192": "validation_patches = 0",
    "real_share = 0.38": "real_share = 0.0",
}


def _recipe(folder: Path) -> Path:
    text = DEFAULT_RECIPE.read_text()
    for usual, smaller in _SMALLER.items():
        assert usual in text
        text = text.replace(usual, smaller)
    path = folder / "recipe.toml"
    path.write_text(text)
    return path


def _train(folder: Path, *more: str | Path | int) -> Result:
    call = ("train", "--run", folder / "run", "--output", folder / "model", "--steps", 2)
    few = ("--recipe", _recipe(folder), "--workers", 0)
    return CliRunner().invoke(app, ["starter", *map(str, (*call, *few, *more))])


def test_without_scans_it_learns_from_drawn_ones_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.starter.run.train.SCENES", 1)
    done = _train(tmp_path)
    assert done.exit_code == 0, done.output
    assert "No scans given: drawing 1 synthetic ones" in done.output
    assert "the model after 2 steps" in done.output
    assert _cases_of_the_model(tmp_path) == ()  # which says more than "not known"


def test_with_the_readers_shapes_it_learns_from_them_too(tmp_path: Path) -> None:
    """A table of outlines becomes a bank, the bank goes into a run, and a model comes of it."""
    tables = Tables(tmp_path / "pylidc.sqlite")
    for patient, side in (("P1", 20), ("P2", 14)):
        tables.annotation(tables.scan(patient), cuboid(30, 40, side, 10))
    shapes = tmp_path / "shapes.npz"
    made = CliRunner().invoke(app, ["starter", "shapes", str(tables.path), "--output", str(shapes)])
    assert made.exit_code == 0, made.output
    done = _train(tmp_path, "--scans", _scans(tmp_path), "--shapes", shapes)
    assert done.exit_code == 0, done.output
    assert "2 readers' shapes" in done.output
    assert _cases_of_the_model(tmp_path) == ("case",)


def _scans(folder: Path) -> Path:
    """Write a scan with one lesion."""
    scans = folder / "scans"
    scans.mkdir()
    hu, mask = ball()
    for name, voxels in (("image", hu), ("tumour", mask.astype(np.uint8))):
        image = sitk.GetImageFromArray(voxels)
        image.SetSpacing(SPACING[::-1])
        sitk.WriteImage(image, str(scans / f"case_{name}.nii.gz"))
    return scans


def _cases_of_the_model(folder: Path) -> tuple[str, ...] | None:
    return cases_of(load_model(folder / "model").manifest)
