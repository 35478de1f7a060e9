"""Hashes, and folders that appear whole or not at all."""

import hashlib
import stat
from pathlib import Path

import pytest

from uls.workshop.errors import OutputError
from uls.workshop.files import CHUNK_BYTES, new_folder, sha256, write_beside


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_sha256_of_files_of_any_size(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "file").write_bytes(content[:size])

    assert sha256(tmp_path / "file") == hashlib.sha256(content[:size]).hexdigest()


def test_a_folder_appears_when_all_is_written(tmp_path: Path) -> None:
    destination = tmp_path / "parent" / "model"

    with new_folder(destination) as beside:
        (beside / "file").write_text("content")
        assert beside.parent == destination.parent
        assert not destination.exists()

    assert (destination / "file").read_text() == "content"
    assert list(destination.parent.iterdir()) == [destination]


def test_any_user_may_read_it(tmp_path: Path) -> None:
    with new_folder(tmp_path / "model") as beside:
        (beside / "file").touch(mode=0o600)

    assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "model" / "file").stat().st_mode) == 0o644


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), new_folder(tmp_path / "model") as beside:
        beside.write_text("no file")

    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()

    with pytest.raises(OutputError, match="--overwrite"), new_folder(tmp_path / "model"):
        pytest.fail("the block was entered")


def test_what_is_there_is_replaced_when_asked(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").touch()

    with new_folder(tmp_path / "model", overwrite=True) as beside:
        (beside / "new").touch()

    assert [path.name for path in (tmp_path / "model").iterdir()] == ["new"]


def test_a_failure_leaves_what_was_to_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").touch()

    with (
        pytest.raises(IsADirectoryError),
        new_folder(tmp_path / "model", overwrite=True) as beside,
    ):
        beside.write_text("no file")

    assert [path.name for path in (tmp_path / "model").iterdir()] == ["old"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(OutputError, match="file: expected a folder that can be written"),
        new_folder(tmp_path / "file" / "model"),
    ):
        pytest.fail("the block was entered")


def test_a_file_is_written_as_a_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_beside(tmp_path / "file", b"first")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_beside(tmp_path / "file", b"second")

    assert (tmp_path / "file").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
