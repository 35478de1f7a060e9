"""What a zoom model's manifest must be."""

import json
from pathlib import Path
from typing import Any

import pytest
from zoom_phantoms import zoom_manifest

from algorithm.models.manifest import read_manifest
from algorithm.models.zoom_channels import CHANNELS, WITHOUT_CORRECTIONS
from algorithm.models.zoom_patch import PATCH_SIZE
from algorithm.models.zoom_settings import ZoomSettings
from uls.workshop.errors import ModelError


def test_what_was_written_is_read(tmp_path: Path) -> None:
    manifest = zoom_manifest(ZoomSettings(start_steps_mm=(0.6, 1.2), least_views=2))

    manifest.write(tmp_path)

    assert read_manifest(tmp_path) == manifest


def test_every_setting_stands_in_the_file(tmp_path: Path) -> None:
    zoom_manifest().write(tmp_path)

    settings = json.loads((tmp_path / "model.json").read_text())["settings"]
    assert set(settings) == set(ZoomSettings.model_fields)


def test_the_input_is_what_the_code_computes() -> None:
    size = (PATCH_SIZE,) * 3
    assert zoom_manifest(channels_in=9).input_shape == (len(CHANNELS), *size)
    assert zoom_manifest().input_shape == (WITHOUT_CORRECTIONS, *size)


def test_a_model_that_does_not_say_takes_no_corrections(tmp_path: Path) -> None:
    content = zoom_manifest(channels_in=9).model_dump(mode="json")
    del content["architecture"]["channels_in"]
    (tmp_path / "model.json").write_text(json.dumps(content))
    manifest = read_manifest(tmp_path)
    assert manifest == zoom_manifest()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"kind": "zooom"}, "kind nnunet or zoom, found kind 'zooom'"),
        ({"kind": []}, "kind nnunet or zoom"),
        ({"patch_size": 64}, "patch_size"),
        ({"surprise": 1}, "surprise"),
        ({"folds": []}, "folds"),
        ({"architecture": {"widths": [4, 8], "blocks": [1]}}, "as many numbers of blocks"),
        ({"architecture": {"widths": [4] * 5, "blocks": [1] * 5}}, "so few levels"),
        ({"architecture": {"widths": [4, 8], "blocks": [1, 1], "channels_in": 7}}, "channels_in"),
        ({"settings": {"target_fill": 1.5}}, "target_fill"),
        ({"settings": {"start_steps_mm": []}}, "start_steps_mm"),
        ({"settings": {"widest_step_mm": 7.0}}, "steps narrowest < widest"),
        ({"settings": {"lowest_threshold": 0.6}}, "a lowest threshold not above"),
        ({"settings": {"low_fill": 0.7}}, "a low fill not above"),
        ({"settings": {"zooms": 3}}, "zooms"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    content = {**zoom_manifest().model_dump(mode="json"), **changes}
    (tmp_path / "model.json").write_text(json.dumps(content))

    with pytest.raises(ModelError, match=rf"model\.json: expected a model manifest.*{named}"):
        read_manifest(tmp_path)
