"""Loading, verifying, describing and listing models."""

import atexit
import json
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.models import weights
from algorithm.models.importing import on_the_fly
from algorithm.models.importing.model_import import import_model
from algorithm.models.importing.on_the_fly import load_model
from algorithm.models.manifest import read_manifest
from uls.workshop.errors import ModelError
from uls.workshop.files import sha256

PLANS = new_plans(patch=(16, 16, 16))
CARD = weights.Card(
    description="A random network.",
    intended_use="Tests.",
    limits="Everything else.",
    licence="Apache-2.0",
    source="here",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = write_result_folder(tmp_path / "result", PLANS)
    import_model(source, tmp_path / "model", name="random", card=CARD)
    return tmp_path / "model"


def test_a_model_that_is_as_its_manifest_says_loads(folder: Path) -> None:
    model = load_model(folder)

    assert model.folder == model.origin == folder
    assert model.manifest.name == "random"
    assert model.sha256 == sha256(folder / "model.json")


@pytest.mark.parametrize("name", ["all.safetensors", "all.onnx"])
def test_one_changed_bit_is_an_error(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    expected = read_manifest(folder).folds[0]
    record = expected.weights if name == "all.safetensors" else expected.onnx
    assert record is not None

    with pytest.raises(ModelError) as error:
        load_model(folder)

    found = sha256(folder / name)
    assert f"{folder / name}: expected SHA-256 {record.sha256}, found {found}." in str(error.value)
    assert error.value.exit_code == 4


def test_a_truncated_file_is_an_error(folder: Path) -> None:
    path = folder / "all.safetensors"
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-8])

    with pytest.raises(ModelError, match=f"expected {size} bytes, found {size - 8}"):
        weights.verify(folder)


def test_a_pointer_in_a_files_place_is_named(folder: Path) -> None:
    weights_file = next(folder.glob("*.safetensors"))
    weights_file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")

    with pytest.raises(ModelError, match=r"a pointer of Git LFS.*git lfs pull"):
        weights.verify(folder)


def test_a_missing_file_is_an_error(folder: Path) -> None:
    (folder / "all.onnx").unlink()

    with pytest.raises(ModelError, match=r"all\.onnx: expected the file, found none"):
        weights.verify(folder)


def test_describing_says_what_where_and_what_for(folder: Path) -> None:
    model = load_model(folder)

    lines = weights.describe(model)

    assert lines[0] == f"Model: random, from {folder} (SHA-256 of model.json {model.sha256})"
    assert "ResidualEncoderUNet, 3 stages" in lines[1]
    assert "patch 16x16x16 (z, y, x), one patch around the click" in lines[1]
    assert "nnUNetResEncUNetLPlans" in lines[2]
    assert lines[3:] == [
        "What it is: A random network.",
        "Good for: Tests.",
        "Not good for: Everything else.",
        "Licence: Apache-2.0",
        "Source: here",
    ]


def test_describing_a_model_without_a_card_warns(tmp_path: Path) -> None:
    source = write_result_folder(tmp_path / "result", PLANS)
    import_model(source, tmp_path / "model", name="random")

    lines = weights.describe(load_model(tmp_path / "model"))

    assert [line.partition(":")[0] for line in lines[3:]] == ["Good for", "Not good for", "Licence"]
    assert all("not stated" in line for line in lines[3:])


def test_a_result_folder_is_imported_on_the_fly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    at_exit: list[Callable[[], None]] = []
    monkeypatch.setattr(atexit, "register", lambda f, *a, **k: at_exit.append(partial(f, *a, **k)))
    (tmp_path / "temporary").mkdir()
    source = write_result_folder(tmp_path / "result", PLANS)
    before = sorted(source.rglob("*"))

    model = load_model(source)

    assert model.origin == source
    assert model.folder.is_relative_to(tmp_path / "temporary")
    assert model.manifest.folds[0].source_sha256 == sha256(
        source / "fold_all" / "checkpoint_best.pth"
    )
    assert sorted(source.rglob("*")) == before
    for clean_up in at_exit:
        clean_up()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_result_folder_that_resamples_needs_native_spacing(tmp_path: Path) -> None:
    plans = new_plans(patch=(16, 16, 16), resampling_fn_data="resample_data_or_seg_to_shape")
    source = write_result_folder(tmp_path / "result", plans)

    with pytest.raises(ModelError, match="--native-spacing"):
        load_model(source)
    assert load_model(source, native_spacing=True).manifest.name == "result"


def test_without_torch_a_result_folder_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_result_folder(tmp_path / "result", PLANS)
    monkeypatch.setattr(
        on_the_fly, "find_spec", lambda name: None if name == "torch" else find_spec(name)
    )

    with pytest.raises(ModelError, match=r"no torch to import with.*weights import"):
        load_model(source)


def test_listing_shows_good_models_and_what_is_wrong_with_others(
    folder: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "zz-broken"
    broken.mkdir()
    (broken / "model.json").write_text(json.dumps({"format": 1}))

    good, raw, bad = weights.list_models(tmp_path)

    assert (good.folder, good.name, good.kind, good.problem) == (folder, "random", "nnunet", "")
    assert "ResidualEncoderUNet" in good.summary
    assert (raw.name, raw.summary) == ("result", "an nnU-Net result folder, not imported yet")
    assert bad.name == "zz-broken"
    assert "no entry 'name'" in bad.problem
    assert weights.list_models(tmp_path / "nowhere") == []
