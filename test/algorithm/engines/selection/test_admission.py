"""What was found out once is not found out again, unless something changed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_engines import Fakes

from algorithm.engines.catalogue import conditions, hardware
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.selection import admission
from algorithm.engines.selection.admission import Admission
from algorithm.engines.selection.create import create
from algorithm.engines.selection.parity import Parity
from algorithm.models import weights
from uls.workshop.cpus import available_cpus

BF16, F32 = "openvino on cpu in bf16", "openvino on cpu in f32"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    fakes = Fakes()
    fakes.install(monkeypatch)
    return fakes


def _create(model: weights.Model, fakes: Fakes) -> list[str]:
    """Make an engine in bfloat16; give what was made on the way, the one that is used last."""
    fakes.made.clear()
    create("openvino", model, device="cpu", precision="bf16")
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


def test_the_record_lies_in_the_cache_folder_and_is_private(
    model: weights.Model, fakes: Fakes, cache_folder: Path
) -> None:
    before = sorted(model.folder.iterdir())

    _create(model, fakes)

    assert sorted(model.folder.iterdir()) == before
    (record,) = _records(cache_folder)
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("change", ["device", "package", "check", "model"])
def test_a_change_means_another_check(
    model: weights.Model,
    fakes: Fakes,
    monkeypatch: pytest.MonkeyPatch,
    cache_folder: Path,
    change: str,
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
    assert _create(model, fakes) == [BF16]
    assert len(_records(cache_folder)) == 2


def _edited(content: bytes) -> bytes:
    """Make a verdict better than it is, as a person with an editor would."""
    edited = content.replace(b'"dice": 0.', b'"dice": 1.').replace(
        b'"relative_error": 1', b'"relative_error": 0'
    )
    assert edited != content
    return edited


@pytest.mark.parametrize(
    "change",
    [
        _edited,
        lambda content: content[:-10],
        lambda content: content[65:],
        lambda _: b"",
        lambda _: b"{}",
    ],
    ids=["edited", "cut off", "without its code", "empty", "foreign"],
)
def test_a_damaged_or_forged_record_admits_nothing(
    model: weights.Model,
    fakes: Fakes,
    caplog: pytest.LogCaptureFixture,
    cache_folder: Path,
    change: Callable[[bytes], bytes],
) -> None:
    fakes.errors = {BF16: 0.9}
    assert _create(model, fakes) == [F32, BF16, F32]
    (record,) = _records(cache_folder)
    record.write_bytes(change(record.read_bytes()))

    assert _create(model, fakes) == [F32, BF16, F32]  # checked again, and refused again
    assert "is damaged or was not written by this program" in caplog.text
    assert _create(model, fakes) == [F32]


def test_a_record_of_another_model_or_machine_under_this_ones_name_admits_nothing(
    model: weights.Model, fakes: Fakes, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(conditions, "device_name", lambda _: "another CPU")
        _create(model, fakes)
    (other,) = _records(cache_folder)
    fakes.errors = {BF16: 0.9}
    _create(model, fakes)
    (own,) = set(_records(cache_folder)) - {other}
    own.write_bytes(other.read_bytes())

    assert _create(model, fakes) == [F32, BF16, F32]


def test_what_lies_beside_the_weights_admits_nothing(model: weights.Model, fakes: Fakes) -> None:
    """Anybody may have written it: on the machine where an image was built, or on purpose."""
    about = Conditions.of(Candidate("openvino", "cpu", "bf16"), model)
    perfect = {"all/body": Parity(dice=1.0, relative_error=0.0)}
    forged = Admission(conditions=about, parities=perfect, seconds=0.001)
    admission.write_beside_weights([forged], model)
    fakes.errors = {BF16: 0.9}

    assert _create(model, fakes) == [F32, BF16, F32]


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
def test_what_is_broken_beside_the_weights_is_ignored(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    (model.folder / "engines.json").write_text(content)

    assert _create(model, fakes) == [F32, BF16, BF16]
    assert "engines.json: expected" in caplog.text
    assert "It is ignored" in caplog.text


def test_without_a_cache_folder_every_start_checks(
    model: weights.Model, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ULS23_CACHE", "/proc/nowhere")
    before = sorted(model.folder.iterdir())

    assert _create(model, fakes) == [F32, BF16, BF16]
    assert _create(model, fakes) == [F32, BF16, BF16]

    assert sorted(model.folder.iterdir()) == before


def _records(cache_folder: Path) -> list[Path]:
    """List the records of bfloat16; those of its reference lie beside them."""
    return list(cache_folder.glob("engines/*/openvino-cpu-bf16-*"))


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

    every = hashlib.sha256(b"amx_bf16 avx2 avx512f fpu rdseed sse").hexdigest()[:8]
    threads = available_cpus(tmp_path)
    assert hardware.device_name("cpu", tmp_path) == (
        f"Some CPU (6/207/2; avx2, avx512f, amx_bf16; flags {every}), {threads} threads"
    )


def test_a_flag_that_nobody_looks_for_makes_another_cpu(tmp_path: Path) -> None:
    names = set()
    for flags in (CPUINFO, CPUINFO.replace("rdseed", "rdseed erms")):
        (tmp_path / "proc").mkdir(exist_ok=True)
        (tmp_path / "proc/cpuinfo").write_text(flags)
        names.add(hardware.device_name("cpu", tmp_path))
    assert len(names) == 2


@pytest.mark.parametrize(
    ("trace", "asked"),
    [
        ("dev/nvidia0", True),
        ("dev/nvidiactl", True),
        ("proc/driver/nvidia/version", True),
        ("dev/dxg", True),
        ("dev/nvhost-ctrl", True),
        ("dev/kfd", True),
        ("dev/nvme0", False),
        ("dev/null", False),
    ],
)
@pytest.mark.parametrize("is_available", [False, True])
def test_torch_is_asked_only_where_a_driver_left_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trace: str, asked: bool, is_available: bool
) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: is_available)
    (tmp_path / trace).parent.mkdir(parents=True)
    (tmp_path / trace).touch()

    assert hardware.cuda_is_there(tmp_path) == (asked and is_available)


def test_a_gpu_is_named_by_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "find_spec", lambda _: None)
    assert not hardware.cuda_is_there(tmp_path)
    file = tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0/information"
    file.parent.mkdir(parents=True)
    file.write_text("Model: \t\t NVIDIA T4\nIRQ:   \t\t 33\n")

    assert hardware.cuda_is_there(tmp_path)
    assert hardware.device_name("cuda", tmp_path) == "NVIDIA T4"
    (tmp_path / "proc/driver/nvidia/version").write_text(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05\nGCC version: 12\n"
    )
    assert hardware.device_name("cuda", tmp_path).endswith("Kernel Module  535.104.05")
