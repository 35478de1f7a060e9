"""Files and folders appear whole or not at all."""

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from uls.workshop.beside import file_beside, new_folder
from uls.workshop.errors import OutputError
from uls.workshop.parts import PART


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
        pytest.raises(OutputError, match="model: expected a place that can be written"),
        new_folder(tmp_path / "file" / "model"),
    ):
        pytest.fail("the block was entered")


def test_a_file_of_a_library_gets_its_name_at_the_end_and_keeps_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "image.nii.gz"
    with file_beside(path) as part:
        assert part.name.startswith(PART)
        assert part.name.endswith("image.nii.gz")
        part.write_bytes(b"first")
        assert not path.exists()
    assert path.read_bytes() == b"first"
    assert list(path.parent.iterdir()) == [path]


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    with file_beside(tmp_path / "file") as one, file_beside(tmp_path / "file") as other:
        one.write_text("one")
        other.write_text("other")
        assert one != other
    assert (tmp_path / "file").read_text() == "one"  # the last to end


def test_a_file_that_cannot_get_its_name_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"first")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with (
        pytest.raises(OutputError, match=r"file: expected a place .*No space"),
        file_beside(tmp_path / "file") as part,
    ):
        part.write_bytes(b"second")

    assert (tmp_path / "file").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Is a directory"), file_beside(tmp_path):
        pytest.fail("the block was entered")


def test_a_very_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 240 + ".png")
    with file_beside(path) as part:
        part.write_bytes(b"picture")
    assert path.read_bytes() == b"picture"


WRITER = """
import sys, time
from pathlib import Path
from uls.workshop.beside import file_beside
with file_beside(Path(sys.argv[1])) as part:
    part.write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_left_goes_with_the_next_file(tmp_path: Path) -> None:
    """A hidden image of a case that is not whole would be a case for nnU-Net."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "case_0000.nii.gz")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        with file_beside(tmp_path / "other.nii.gz") as part:
            part.write_bytes(b"whole")
        assert len(list(tmp_path.iterdir())) == 2, "swept while its process runs"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    assert len(list(tmp_path.iterdir())) == 2, "kill -9 leaves it"
    with file_beside(tmp_path / "case_0000.nii.gz") as part:
        part.write_bytes(b"whole")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["case_0000.nii.gz", "other.nii.gz"]
