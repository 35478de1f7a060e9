"""`weights tune`: every engine checked and timed, and the next start quick."""

import logging
import shutil
import weakref
from pathlib import Path

import pytest
from fake_engines import FakeEngine, Fakes
from nnunet_folders import new_plans, write_result_folder
from typer.testing import CliRunner

from algorithm.__main__ import app
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.openvino import engine as openvino
from algorithm.engines.selection import admission, shortlist
from algorithm.engines.selection.create import create
from algorithm.engines.selection.tune import table, tune
from algorithm.models import weights
from algorithm.models.importing.model_import import import_model
from algorithm.models.manifest import Fold, read_manifest
from uls.workshop.errors import ModelError, OutputError


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tune")
    source = write_result_folder(folder / "result", new_plans(patch=(16, 16, 16)), folds=("0", "1"))
    import_model(source, folder / "model", name="test")
    return folder / "model"


@pytest.fixture
def folder(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: False)
    monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: True)
    return Path(shutil.copytree(original, tmp_path / "model"))


def test_the_command_from_end_to_end(folder: Path, cache_folder: Path) -> None:
    done = CliRunner().invoke(app, ["weights", "tune", str(folder)])

    assert done.exit_code == 0, done.output
    heading, *rows = [
        line for line in done.stdout.splitlines() if " cpu " in line or "s per pass" in line
    ]
    assert heading.split()[:3] == ["engine", "device", "precision"]
    assert {tuple(row.split()[:3]) for row in rows} == {
        ("openvino", "cpu", "bf16"),
        ("openvino", "cpu", "f32"),
        ("winograd", "cpu", "f32"),
        ("torch", "cpu", "f32"),
        ("onnx", "cpu", "f32"),
    }
    (reference,) = (row for row in rows if row.endswith("admitted: the reference"))
    assert reference.startswith("torch")
    model = weights.verify(folder)
    records = admission.read_beside(folder)
    phantoms = {f"{fold}/{name}" for fold in "01" for name in ("body", "nodule", "faint")}
    assert [len(one.parities) for one in records].count(0) == 1
    assert all(set(one.parities) in (set(), phantoms) for one in records)
    compiled = sorted((cache_folder / "networks" / model.sha256[:16]).iterdir())
    assert [file.name.rpartition("-")[0] for file in compiled] == [
        f"openvino-{precision}-{fold}" for precision in ("bf16", "f32") for fold in "01"
    ]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in compiled)
    assert weights.unknown_files(model) == [Path("engines.json")]
    assert (folder / "engines.json").stat().st_mode & 0o777 == 0o644
    refused = CliRunner().invoke(app, ["weights", "verify", str(folder)]).exception
    assert isinstance(refused, ModelError)
    assert "found engines.json. No hash covers these." in str(refused)


def test_without_a_cache_folder_the_findings_are_still_left_with_the_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ULS23_CACHE", "/proc/nowhere")

    tune(weights.verify(folder), "openvino")

    assert {one.conditions.engine for one in admission.read_beside(folder)} == {"openvino"}


def test_the_next_start_neither_checks_nor_compiles(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = weights.verify(folder)
    tune(model, "openvino")

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(openvino, "compile_network", refuse)
    monkeypatch.setattr(admission, "remember", refuse)

    assert [one.name for one in create("auto", model, precision="auto")] == ["openvino"] * 2


def test_a_compiled_network_computes_the_same(folder: Path) -> None:
    from algorithm.engines.selection.phantoms import PHANTOMS, batch_of

    model = weights.verify(folder)
    batch = batch_of(PHANTOMS[0], model.manifest)
    expected = [engine(batch).copy() for engine in create("openvino", model)]
    tune(model, "openvino")

    for engine, logits in zip(create("openvino", model), expected, strict=True):
        assert (engine(batch) == logits).all()


def test_one_changed_bit_of_a_compiled_network_and_it_is_not_used(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    cache_folder: Path,
) -> None:
    model = weights.verify(folder)
    tune(model, "openvino")
    for file in cache_folder.glob("networks/*/openvino-f32-0-*"):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    for file in cache_folder.glob("networks/*/openvino-f32-1-*"):
        file.write_bytes(b"")
    compile_network, compiled = openvino.compile_network, []
    monkeypatch.setattr(
        openvino,
        "compile_network",
        lambda path, *rest: (compiled.append(path.name), compile_network(path, *rest))[1],
    )

    create("openvino", model)

    assert compiled == ["0.onnx", "1.onnx"]
    assert caplog.text.count("is damaged or was not written by this program; it is ignored") == 2


def test_another_model_has_other_compiled_networks(folder: Path, cache_folder: Path) -> None:
    tune(weights.verify(folder), "openvino")
    read_manifest(folder).model_copy(update={"name": "other"}).write(folder)
    tune(weights.verify(folder), "openvino")

    assert len(list((cache_folder / "networks").iterdir())) == 2


def test_the_fastest_comes_first_and_what_fails_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fakes = Fakes(errors={"openvino on cpu in bf16": 0.9}, broken=("onnx on cpu in f32",))
    fakes.install(monkeypatch)

    with caplog.at_level(logging.INFO):
        lines = table(tune(weights.verify(folder)))

    assert {line.split()[0] for line in lines[1:4]} == {"openvino", "winograd", "torch"}
    assert "openvino  cpu     bf16" in lines[4]
    assert "refused: Dice" in lines[4]
    assert lines[5].endswith("cannot be used: onnx on cpu in f32 is broken")
    # The reference answers once per fold for all; then it is timed itself.
    assert fakes.made.count("torch on cpu in f32") == 4


def test_an_engine_that_does_not_run_costs_the_others_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Fakes(failing=("openvino on cpu in bf16",)).install(monkeypatch)

    tried = tune(weights.verify(folder))

    assert [str(one.candidate) for one in tried if one.admission is None] == [
        "openvino on cpu in bf16"
    ]
    assert "out of memory" in tried[-1].problem
    assert len(admission.read_beside(folder)) == len(tried) - 1 == 4


def test_no_two_networks_are_in_memory_together(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[weakref.ref[FakeEngine]] = []

    def make(
        candidate: Candidate, _model: weights.Model, _fold: Fold, *, fill_cache: bool = False
    ) -> FakeEngine:
        assert [one() for one in made] == [None] * len(made)
        engine = FakeEngine(candidate, error=0.0)
        made.append(weakref.ref(engine))
        return engine

    monkeypatch.setattr(Candidate, "make", make)

    tune(weights.verify(folder))

    assert len(made) == 2 + 2 * 5  # the reference, and the five that are tried; two folds each


def test_a_folder_that_cannot_be_written_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("uls.workshop.atomic.new_part", refuse)

    with pytest.raises(OutputError, match=r"engines\.json: expected a place that can be written"):
        tune(weights.verify(folder))
