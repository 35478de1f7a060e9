"""Files that appear whole or not at all, whoever else writes there."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from uls.workshop import atomic
from uls.workshop.atomic import AtomicFile, check_writable, output_errors, write_file
from uls.workshop.errors import OutputError
from uls.workshop.parts import sweep

LEFT = ".masks.mha.0123456789abcdef.part"


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_file_has_its_content_and_its_folder_nothing_else(tmp_path: Path) -> None:
    assert write_file(tmp_path / "a" / "f.json", "µ", make_folder=True).read_bytes() == b"\xc2\xb5"
    assert names(tmp_path / "a") == ["f.json"]


def test_mode_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        path = write_file(tmp_path / "f", b"")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


def test_beginning_that_is_known_last_comes_first(tmp_path: Path) -> None:
    with AtomicFile(tmp_path / "f", head_bytes=2) as file:
        file.write(b"body")
        assert file.size == 6
        file.finish(b"<>")
        file.commit()
    assert (tmp_path / "f").read_bytes() == b"<>body"


def test_what_was_not_committed_is_gone(tmp_path: Path) -> None:
    with AtomicFile(tmp_path / "f") as file:
        file.write(b"half")
        assert not (tmp_path / "f").exists()
    assert names(tmp_path) == []


def test_two_jobs_with_one_name_do_not_mix(tmp_path: Path) -> None:
    with AtomicFile(tmp_path / "f") as one, AtomicFile(tmp_path / "f") as other:
        one.write(b"one, ")
        other.write(b"another, ")
        one.write(b"the end")
        other.write(b"to the end")
        other.commit()
        assert (tmp_path / "f").read_bytes() == b"another, to the end"
        one.commit()
        assert (tmp_path / "f").read_bytes() == b"one, the end"
    assert names(tmp_path) == ["f"]


def test_many_jobs_at_once_each_leave_a_whole_file(tmp_path: Path) -> None:
    """Whichever comes last: its file is whole, and no job's part is swept by another."""
    contents = [bytes([number]) * 100_000 for number in range(8)]
    failures: list[str] = []

    def write(content: bytes) -> None:
        for _ in range(5):
            try:
                write_file(tmp_path / "f", content)
            except OutputError as error:
                failures.append(str(error))

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "f").read_bytes() in contents
    assert names(tmp_path) == ["f"]
    assert not failures


def test_link_that_lies_there_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("someone else's")
    (tmp_path / "f").symlink_to(elsewhere)
    write_file(tmp_path / "f", "ours")
    assert not (tmp_path / "f").is_symlink()
    assert elsewhere.read_text() == "someone else's"


def test_link_under_the_name_of_the_part_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / ".f.0000000000000000.part").symlink_to(elsewhere)
    tokens = iter(["0" * 16, "1" * 16])
    monkeypatch.setattr("uls.workshop.parts.secrets.token_hex", lambda _: next(tokens))
    write_file(tmp_path / "f", "ours")
    assert not elsewhere.exists()
    assert (tmp_path / "f").read_text() == "ours"


@pytest.mark.parametrize("tamper", ["replaced", "appended", "changed", "linked", "removed"])
def test_only_what_was_written_gets_the_name(tmp_path: Path, tamper: str) -> None:
    (tmp_path / "f").write_text("earlier")
    with AtomicFile(tmp_path / "f") as file:
        file.write(b"ours")
        (part,) = tmp_path.glob(".f.*.part")
        if tamper in ("replaced", "linked", "removed"):
            part.unlink()
        if tamper == "replaced":
            part.write_bytes(b"ours")
        elif tamper == "linked":
            part.symlink_to(tmp_path / "f")
        elif tamper == "appended":
            with part.open("ab") as other:
                other.write(b"theirs")
        elif tamper == "changed":
            part.write_bytes(b"THEM")
        with pytest.raises(OSError, match=r"another job|No such file") as refused:
            file.commit()
    assert refused.value.strerror
    assert (tmp_path / "f").read_text() == "earlier"


@pytest.mark.parametrize("linked", [False, True])
def test_devices_and_pipes_are_not_replaced(tmp_path: Path, linked: bool) -> None:
    """As `--json /dev/stdout` would, where that is a pipe."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    path = tmp_path / ("link" if linked else "pipe")
    with pytest.raises(OutputError, match="regular file"):
        write_file(path, "x")
    assert names(tmp_path) == ["link", "pipe"]


def test_long_names_in_any_language_are_written(tmp_path: Path) -> None:
    for name in ("n" * 255, "影" * 85):
        assert write_file(tmp_path / name, "x").read_text() == "x"


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    with pytest.raises(OutputError, match=r"/f: expected a place that can be written, found Is a"):
        write_file(tmp_path / "f", "x")
    assert names(tmp_path) == ["f"]


def test_checking_makes_the_folder_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    assert names(tmp_path / "a" / "b") == []


def test_checking_never_touches_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "probe").write_text("someone else's")
    check_writable(tmp_path)
    assert (tmp_path / "probe").read_text() == "someone else's"


def test_left_part_is_swept_by_the_next_that_writes_there(tmp_path: Path) -> None:
    (tmp_path / LEFT).touch()
    write_file(tmp_path / "other", "x")
    assert names(tmp_path) == ["other"]


def test_sweeping_takes_nothing_but_parts_of_ours(tmp_path: Path) -> None:
    others = [".download.part", "masks.mha.0123456789abcdef.part", ".f.0123.part", "f.part", ".f"]
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / LEFT).mkdir()
    (tmp_path / ".link.0123456789abcdef.part").symlink_to(tmp_path / "f.part")
    sweep(tmp_path)
    assert names(tmp_path) == sorted([*others, LEFT, ".link.0123456789abcdef.part"])


def test_sweeping_leaves_a_part_that_somebody_writes(tmp_path: Path) -> None:
    with AtomicFile(tmp_path / "f") as file:
        file.write(b"x")
        sweep(tmp_path)
        file.commit()
    assert names(tmp_path) == ["f"]


WRITER = """
import sys, time
from pathlib import Path
from uls.workshop.atomic import AtomicFile
with AtomicFile(Path(sys.argv[1])) as file:
    file.write(b"half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_part_of_a_running_process_stays_and_of_a_killed_one_goes(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "f")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        sweep(tmp_path)
        assert len(names(tmp_path)) == 1, "swept while its process runs"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    assert len(names(tmp_path)) == 1, "kill -9 leaves it"
    write_file(tmp_path / "g", "x")
    assert names(tmp_path) == ["g"]


ENDING = """
import os, sys
from pathlib import Path
from uls.workshop import atomic
with atomic.AtomicFile(Path(sys.argv[1])) as file:
    file.write(b"half")
    if os.fork() == 0:
        atomic.discard_all()
        os._exit(0)
    os.wait()
    print(len(list(Path(sys.argv[1]).parent.iterdir())), flush=True)
    atomic.discard_all()
    os._exit(0)
"""


def test_process_that_ends_at_once_takes_its_own_parts_along(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", ENDING, str(tmp_path / "f")]
    printed = subprocess.check_output(command, text=True)
    assert printed == "1\n", "a forked process leaves its parent's part alone"
    assert names(tmp_path) == []


def test_errors_of_the_system_say_what_to_check(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="free space"), output_errors(tmp_path):
        raise OSError(28, "No space left on device")


def test_all_that_writes_files_does_it_here() -> None:
    """Nobody writes beside and renames by hand again."""
    root = Path(atomic.__file__).parents[2]
    by_hand = [
        str(file.relative_to(root))
        for package in ("uls", "algorithm", "evaluation", "clinic")
        for file in sorted((root / package).rglob("*.py"))
        if ".part" in file.read_text().replace(".partition", "").replace(".partial_response", "")
        and '.part"' in file.read_text()
    ]
    assert by_hand == ["uls/workshop/parts.py"]
