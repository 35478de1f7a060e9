"""Checkpoints are read without running what they carry."""

import hashlib
import os
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from nnunet_folders import BASELINE_TRAINER, old_plans, write_result_folder

from algorithm.models.importing import checkpoint
from algorithm.models.importing.checkpoint import read_checkpoint
from uls.workshop.errors import ModelError


class Bomb:
    """Unpickled without care, creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def _content(**changes: Any) -> dict[str, Any]:
    return {
        "network_weights": {"weight": torch.arange(3.0)},
        "init_args": {"configuration": "3d_fullres"},
        "trainer_name": "nnUNetTrainer",
        "inference_allowed_mirroring_axes": (0, 2),
        **changes,
    }


def _saved(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "checkpoint_final.pth"
    torch.save(content, path)
    return path


def test_reads_what_running_the_network_takes(tmp_path: Path) -> None:
    path = _saved(tmp_path, _content())

    read = read_checkpoint(path)

    assert read.weights["weight"].tolist() == [0, 1, 2]
    assert read.configuration == "3d_fullres"
    assert read.trainer == "nnUNetTrainer"
    assert read.mirror_axes == (0, 2)
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_reads_all_that_nnunets_trainer_saves(tmp_path: Path) -> None:
    folder = write_result_folder(tmp_path / "result", old_plans(), trainer=BASELINE_TRAINER)

    read = read_checkpoint(folder / "fold_all" / "checkpoint_best.pth")

    assert read.trainer == BASELINE_TRAINER
    assert read.configuration == "3d_fullres_resenc"


@pytest.mark.parametrize(
    "number", [np.float64(0.5), np.float32(0.5), np.int64(5), np.bool_(True), np.arange(3.0)]
)
def test_reads_the_numbers_of_a_training_log(tmp_path: Path, number: Any) -> None:
    path = _saved(tmp_path, _content(logging={"values": [number]}))

    assert read_checkpoint(path).configuration == "3d_fullres"


def test_reads_numbers_pickled_by_numpy_1(tmp_path: Path) -> None:
    path = _saved(tmp_path, _content(logging=[np.float64(0.5)]))

    _rewrite_pickle(path, lambda data: data.replace(b"numpy._core", b"numpy.core"))

    assert read_checkpoint(path).configuration == "3d_fullres"


def _rewrite_pickle(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the pickle in a checkpoint's zip file, for another of it."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    (pickled,) = (name for name in entries if name.endswith("data.pkl"))
    assert change(entries[pickled]) != entries[pickled]
    entries[pickled] = change(entries[pickled])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def test_a_pickle_that_would_run_code_is_refused_and_does_not(tmp_path: Path) -> None:
    crater = tmp_path / "crater"
    path = _saved(tmp_path, _content(logging=Bomb(crater)))

    with pytest.raises(ModelError, match=r"wants to call (posix|os|nt)\.mkdir.*was not loaded"):
        read_checkpoint(path)

    assert not crater.exists()
    # The same file is a real danger: loaded without care it does what it says.
    torch.load(path, weights_only=False)
    assert crater.exists()


def test_the_reader_itself_refuses_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking through the pickle first only makes for a better message."""
    crater = tmp_path / "crater"
    path = _saved(tmp_path, _content(logging=Bomb(crater)))
    monkeypatch.setattr(checkpoint, "get_unsafe_globals_in_checkpoint", lambda _: [])

    with pytest.raises(ModelError, match="restricted reader refuses"):
        read_checkpoint(path)

    assert not crater.exists()


@pytest.mark.parametrize("pickled", [b"(S'%s'\niposix\nmkdir\n.", b"cposix\nmkdir\n(V%s\ntR."])
def test_pickles_written_by_hand_are_refused(tmp_path: Path, pickled: bytes) -> None:
    crater = tmp_path / "crater"
    path = _saved(tmp_path, _content())
    _rewrite_pickle(path, lambda _: pickled % str(crater).encode())

    with pytest.raises(ModelError, match="was not loaded"):
        read_checkpoint(path)

    assert not crater.exists()
    torch.load(path, weights_only=False)
    assert crater.exists()


def test_every_refused_name_is_listed(tmp_path: Path) -> None:
    path = _saved(tmp_path, _content(a=Path("x"), b=slice(3)))

    with pytest.raises(ModelError, match=r"builtins\.slice.*pathlib"):
        read_checkpoint(path)


def test_the_list_of_allowed_names_does_not_outlive_the_reading(tmp_path: Path) -> None:
    before = set(torch.serialization.get_safe_globals())  # a set of theirs: any order

    read_checkpoint(_saved(tmp_path, _content(logging=np.float64(0.5))))

    assert set(torch.serialization.get_safe_globals()) == before
    assert np.ndarray not in before


def test_another_hash_is_refused_before_loading(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint_final.pth"
    path.write_bytes(b"not even a checkpoint")

    found = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ModelError, match=f"SHA-256 {'0' * 64}, found {found}.*nothing was loaded"):
        read_checkpoint(path, expected_sha256="0" * 64)


def test_the_right_hash_is_accepted_in_capitals_too(tmp_path: Path) -> None:
    path = _saved(tmp_path, _content())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    assert read_checkpoint(path, expected_sha256=digest.upper()).sha256 == digest


@pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04 and no more", b"no zip file", b"<html>"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "checkpoint_final.pth"
    path.write_bytes(damaged)

    with pytest.raises(ModelError, match="expected a torch checkpoint"):
        read_checkpoint(path)


def test_one_wrong_byte_of_a_tensor_is_found(tmp_path: Path) -> None:
    """torch itself reads the file, and gives other weights."""
    path = _saved(tmp_path, _content(network_weights={"weight": torch.ones(4096)}))
    whole = bytearray(path.read_bytes())
    place = whole.index(torch.ones(64).numpy().tobytes())
    whole[place + 2] ^= 0x40
    path.write_bytes(whole)
    assert torch.load(path, weights_only=False)["network_weights"]["weight"][0] != 1

    with pytest.raises(ModelError, match=r"found a wrong checksum of .*Download or copy"):
        read_checkpoint(path)


def _refusals(tmp_path: Path) -> dict[str, Path]:
    """Files that torch itself would refuse, most with advice to switch its caution off."""
    (tmp_path / "code").mkdir()
    (tmp_path / "network").mkdir()
    made = {
        "code": _saved(tmp_path / "code", _content(logging=Bomb(tmp_path / "crater"))),
        "a whole network": _saved(tmp_path / "network", torch.nn.Linear(2, 2)),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(torch.nn.Linear(2, 2)).save(str(tmp_path / "script.pth"))
        made["TorchScript"] = tmp_path / "script.pth"
        torch.save(_content(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
        made["before torch 1.6"] = tmp_path / "old.pth"
    with zipfile.ZipFile(tmp_path / "other.pth", "w") as archive:
        archive.writestr("readme.txt", "not a checkpoint")
    made["another archive"] = tmp_path / "other.pth"
    with zipfile.ZipFile(tmp_path / "hollow.pth", "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02garbage")
    made["no pickle"] = tmp_path / "hollow.pth"
    return made


def test_torchs_advice_to_run_the_files_code_reaches_nobody(tmp_path: Path) -> None:
    for what, path in _refusals(tmp_path).items():
        with pytest.raises(ModelError) as caught:
            read_checkpoint(path)
        text = str(caught.value)
        assert "weights_only" not in text, what
        assert "\n" not in text, what
        assert "\x1b" not in text, what
        assert text.count(". ") >= 1, f"{what}: no next step in {text}"


def test_the_advice_is_kept_back_by_the_reader_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "get_unsafe_globals_in_checkpoint", lambda _: [])
    for path in _refusals(tmp_path).values():
        with pytest.raises(ModelError) as caught:
            read_checkpoint(path)
        assert "weights_only" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.pth: .*found no such file"):
        read_checkpoint(tmp_path / "nowhere.pth")


def test_a_truncated_checkpoint_is_refused(tmp_path: Path) -> None:
    path = _saved(tmp_path, _content())
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(ModelError, match="expected a torch checkpoint"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    "content",
    [
        {"state_dict": {}},
        [1, 2],
        _content(network_weights={"weight": [1.0, 2.0]}),
        _content(init_args={}),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path, content: Any) -> None:
    path = _saved(tmp_path, content)

    with pytest.raises(ModelError, match="a checkpoint of an nnU-Net v2 trainer"):
        read_checkpoint(path)
