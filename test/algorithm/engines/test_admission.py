"""`engines.json`: what was found out once is not found out again, unless something changed."""

import json
import logging
import tempfile
from pathlib import Path

import pytest
from fake_engines import Fakes

from algorithm import engines, weights
from algorithm.engines import admission, conditions, hardware
from algorithm.engines.admission import Admission
from algorithm.engines.catalogue import Candidate
from algorithm.engines.conditions import Conditions
from algorithm.engines.parity import Parity

BF16, F32 = "openvino on cpu in bf16", "openvino on cpu in f32"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    fakes = Fakes()
    fakes.install(monkeypatch)
    return fakes


def _create(model: weights.Model, fakes: Fakes) -> list[str]:
    """Make an engine in bfloat16; give what was made on the way, the one that is used last."""
    fakes.made.clear()
    engines.create("openvino", model, device="cpu", precision="bf16")
    return fakes.made.copy()


def test_the_second_start_needs_no_reference(model: weights.Model, fakes: Fakes) -> None:
    assert _create(model, fakes) == [F32, BF16, BF16]  # reference, check, use
    assert _create(model, fakes) == [BF16]


def test_what_failed_is_remembered_too(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.errors = {BF16: 0.9}

    assert _create(model, fakes) == [F32, BF16, F32]
    caplog.clear()
    assert _create(model, fakes) == [F32]
    assert f"{BF16} disagrees with the float32 reference: Dice" in caplog.text


def test_the_record_is_no_part_of_the_model(model: weights.Model, fakes: Fakes) -> None:
    _create(model, fakes)

    assert (model.folder / "engines.json").stat().st_mode & 0o777 == 0o644
    assert weights.verify(model.folder) == model


@pytest.mark.parametrize("change", ["device", "package", "check", "model"])
def test_a_change_means_another_check(
    model: weights.Model, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    _create(model, fakes)

    if change == "device":
        monkeypatch.setattr(conditions, "device_name", lambda _: "another CPU")
    elif change == "package":
        monkeypatch.setattr(conditions, "package", lambda _: "openvino 1999.1")
    elif change == "check":
        monkeypatch.setattr(conditions, "CHECK_VERSION", conditions.CHECK_VERSION + 1)
    else:
        model.manifest.model_copy(update={"name": "changed"}).write(model.folder)
        model = weights.verify(model.folder)

    assert _create(model, fakes) == [F32, BF16, BF16]
    records = admission.read(model.folder)
    # Those of another machine or package are kept, those of another model are not.
    assert len(records) == (1 if change == "model" else 2)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"format": 2}',
        '{"format": 1, "admissions": [{"conditions": {}}]}',
        '{"format": 1, "admissions": [], "comment": "by another program"}',
    ],
)
def test_what_is_broken_or_foreign_is_ignored_and_replaced(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    (model.folder / "engines.json").write_text(content)

    assert _create(model, fakes) == [F32, BF16, BF16]
    assert "engines.json: expected" in caplog.text
    assert "It is ignored" in caplog.text
    assert _create(model, fakes) == [BF16]


def test_one_wrong_record_spoils_all(model: weights.Model, fakes: Fakes) -> None:
    """A reduced precision that was compared with nothing was not written by us."""
    _create(model, fakes)
    path = model.folder / "engines.json"
    content = json.loads(path.read_text())
    content["admissions"].append({**content["admissions"][0], "parities": {}})
    path.write_text(json.dumps(content))

    assert admission.read(model.folder) == ()


def test_a_folder_that_cannot_be_written(
    model: weights.Model,
    fakes: Fakes,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    before = sorted(model.folder.iterdir())

    with caplog.at_level(logging.DEBUG):
        assert _create(model, fakes) == [F32, BF16, BF16]
        assert _create(model, fakes) == [F32, BF16, BF16]

    assert sorted(model.folder.iterdir()) == before
    (line, _) = (one for one in caplog.records if "will be checked again" in one.message)
    assert line.levelno == logging.DEBUG


def test_nothing_half_written_is_left(
    model: weights.Model, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(model.folder.iterdir())

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    _create(model, fakes)

    assert sorted(model.folder.iterdir()) == before


def test_the_worst_parity_counts_and_is_said(model: weights.Model) -> None:
    about = Conditions.of(Candidate("openvino", "cpu", "bf16"), model)
    good = {"0/body": Parity(dice=1.0, relative_error=0.5)}
    bad = {"0/faint": Parity(dice=None, relative_error=0.5)}

    one = Admission(conditions=about, parities=good, seconds=1)
    both = Admission(conditions=about, parities=good | bad, seconds=1)

    assert (one.holds, both.holds) == (True, False)
    assert both.worst() == "Dice none, relative error 5.0e-01 (0/faint)"


CPUINFO = """processor\t: 0
cpu family\t: 6
model\t\t: 207
model name\t: Some CPU
stepping\t: 2
flags\t\t: fpu sse avx2 avx512f amx_bf16 rdseed

processor\t: 1
model name\t: Other
"""


def test_a_cpu_is_named_with_what_it_can(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text(CPUINFO)

    assert hardware.device_name("cpu", tmp_path) == "Some CPU (6/207/2; avx2, avx512f, amx_bf16)"


def test_a_gpu_is_named_by_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "find_spec", lambda _: None)
    assert not hardware.cuda_is_there(tmp_path)
    file = tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0/information"
    file.parent.mkdir(parents=True)
    file.write_text("Model: \t\t NVIDIA T4\nIRQ:   \t\t 33\n")

    assert hardware.cuda_is_there(tmp_path)
    assert hardware.device_name("cuda", tmp_path) == "NVIDIA T4"
