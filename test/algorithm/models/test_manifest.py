"""What a manifest must be."""

import json
from pathlib import Path
from typing import Any

import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.models.importing.model_import import import_model
from algorithm.models.manifest import read_manifest
from uls.workshop.errors import ModelError


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("manifest")
    source = write_result_folder(folder / "result", new_plans(patch=(16, 16, 16)))
    import_model(source, folder / "model", name="test")
    content: dict[str, Any] = json.loads((folder / "model" / "model.json").read_text())
    return content


def _read(folder: Path, content: Any) -> Any:
    (folder / "model.json").write_text(json.dumps(content))
    return read_manifest(folder)


def test_what_was_written_is_read(tmp_path: Path, written: dict[str, Any]) -> None:
    manifest = _read(tmp_path, written)

    assert manifest.model_dump(mode="json") == written
    manifest.write(tmp_path)
    assert read_manifest(tmp_path) == manifest


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"format": 2}, "format"),
        ({"kind": "other"}, "kind"),
        ({"surprise": 1}, "surprise"),
        ({"patch_zyx": [16, 16, 18]}, r"multiples of \(4, 4, 4\)"),
        ({"patch_zyx": [0, 16, 16]}, "multiples"),
        ({"mirror_axes_zyx": [3]}, "mirror_axes_zyx"),
        ({"field": "elsewhere"}, "field"),
        ({"folds": []}, "folds"),
        ({"normalisation": {"scheme": "magic"}}, "normalisation"),
        ({"name": ""}, "name"),
    ],
)
def test_what_does_not_fit_is_named(
    tmp_path: Path, written: dict[str, Any], changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(ModelError, match=rf"model\.json: expected a model manifest.*{named}"):
        _read(tmp_path, {**written, **changes})


@pytest.mark.parametrize("name", ["../all.safetensors", "/etc/passwd", "a/b", "..", "", "a\\b"])
def test_files_lie_beside_the_manifest(tmp_path: Path, written: dict[str, Any], name: str) -> None:
    fold = {**written["folds"][0], "onnx": {**written["folds"][0]["onnx"], "name": name}}

    with pytest.raises(ModelError, match="a file name without folders"):
        _read(tmp_path, {**written, "folds": [fold]})


def test_a_file_is_named_once(tmp_path: Path, written: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="file names that differ"):
        _read(tmp_path, {**written, "folds": written["folds"] * 2})


def test_a_hash_is_64_digits(tmp_path: Path, written: dict[str, Any]) -> None:
    fold = {**written["folds"][0], "source_sha256": "abc"}

    with pytest.raises(ModelError, match=r"folds\.0\.source_sha256"):
        _read(tmp_path, {**written, "folds": [fold]})


def test_an_entry_that_is_missing_is_named(tmp_path: Path, written: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="no entry 'patch_zyx'"):
        _read(tmp_path, {key: value for key, value in written.items() if key != "patch_zyx"})


def test_a_manifest_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.json: expected a readable JSON file"):
        read_manifest(tmp_path)
