"""What a training on the CPU takes is said, and refused where it is not there."""

import logging
from typing import Any

import pytest
from nnunet_folders import new_plans

from training.nnunet.run import memory as module
from training.nnunet.run.memory import check_memory, training_bytes
from uls.workshop.errors import CallError
from uls.workshop.machine_memory import Memory

GB = 10**9


def plans(batch: int = 2, patch: tuple[int, int, int] = (32, 32, 32)) -> dict[str, Any]:
    return new_plans(patch=patch, batch_size=batch)


def test_memory_grows_with_the_voxels_of_a_batch() -> None:
    one, two, four = (training_bytes(plans(n), "3d_fullres", loaders=0) for n in (1, 2, 4))
    assert four - two == pytest.approx(2 * (two - one), rel=1e-6)
    assert training_bytes(plans(1, (32, 32, 64)), "3d_fullres", loaders=0) == pytest.approx(
        two, rel=1e-6
    )
    # the first stage alone keeps five tensors of 4 channels: of two convolutions and their norms
    assert two - one > 5 * 4 * 4 * 32**3


def test_every_loader_takes_some() -> None:
    none, three = (training_bytes(plans(), "3d_fullres", loaders=n) for n in (0, 3))
    assert three - none > 3 * 0.5 * GB


def told(bytes_needed: int, memory: Memory | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "training_bytes", lambda *_, **__: bytes_needed)
    check_memory(plans(), "3d_fullres", device="cpu", loaders=0, memory=memory)


def test_what_it_takes_is_said_first(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        told(3 * GB, Memory(total=8 * GB, free=7 * GB), monkeypatch)
    assert "about 3.0 GB of memory, of 8.0 GB that this machine has" in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_machine_with_less_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CallError, match=r"about 70\.0 GB .* batch of 2 patches of 32x32x32.*24\.0"):
        told(70 * GB, Memory(total=24 * GB, free=24 * GB), monkeypatch)


def test_memory_that_others_hold_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        told(20 * GB, Memory(total=24 * GB, free=10 * GB), monkeypatch)
    assert "Only 10.0 GB of memory are free now" in caplog.text


def test_a_system_that_does_not_tell_refuses_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "machine_memory", lambda: None)
    with caplog.at_level(logging.INFO):
        told(70 * GB, None, monkeypatch)
    assert caplog.messages == ["Training on the CPU will take about 70.0 GB of memory"]


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_on_a_gpu_nothing_is_counted(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "training_bytes", None)
    check_memory(plans(), "3d_fullres", device=device, loaders=0, memory=Memory(0, 0))


def test_the_baseline_takes_more_than_common_machines_have() -> None:
    from training.nnunet.planning.plans import _architecture
    from training.nnunet.planning.presets import PRESETS

    preset = PRESETS["uls23-baseline"]
    assert preset.network is not None
    made = plans(3, preset.patch_zyx)
    made["configurations"]["3d_fullres"]["architecture"] = _architecture(preset.network)
    # 32 channels of 128·256·256 voxels and a batch of 3 are 3.2 GB; the first stage, on the way
    # down and up, keeps about a dozen such tensors and two of twice the channels
    assert 40 * GB < training_bytes(made, "3d_fullres", loaders=0) < 90 * GB
