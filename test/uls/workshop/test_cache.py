"""The cache folder: where it is, whose it must be, and what is read from it."""

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from nobody import as_nobody, folder_for_all

from uls.workshop import cache

OTHER_USER = 12345

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture(autouse=True)
def _says_it_again() -> None:
    cache._say_once.cache_clear()


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (cache.VARIABLE, "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ULS23_CACHE": "{}/own", "XDG_CACHE_HOME": "{}/xdg", "HOME": "{}/home"}, "own"),
        ({"ULS23_CACHE": "", "XDG_CACHE_HOME": "{}/xdg", "HOME": "{}/home"}, "xdg/uls23"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "{}/home"}, "home/.cache/uls23"),
        ({"XDG_CACHE_HOME": "", "HOME": "{}/home"}, "home/.cache/uls23"),
        ({"HOME": "{}/home"}, "home/.cache/uls23"),
    ],
)
def test_the_first_that_is_named(
    tmp_path: Path,
    no_variables: pytest.MonkeyPatch,
    variables: dict[str, str],
    expected: str,
) -> None:
    for name, value in variables.items():
        no_variables.setenv(name, value.format(tmp_path))

    folder = cache.cache_folder()

    assert folder == tmp_path / expected
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []


def test_a_relative_name_is_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cache.VARIABLE, "here")

    assert cache.cache_folder("engines") == tmp_path / "here" / "engines"


@pytest.mark.parametrize("home", ["", "/proc", "/dev/null", "relative"])
def test_a_home_that_is_none(
    no_variables: pytest.MonkeyPatch, home: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As in a container that runs as any user, of whom no list of users knows."""

    def unknown(_: int) -> None:
        raise KeyError

    no_variables.setenv("HOME", home)
    no_variables.setattr(cache.pwd, "getpwuid", unknown)

    with caplog.at_level(logging.INFO):
        assert cache.cache_folder() is None
        assert cache.store(b"content", "name") is None
        assert cache.load("name") is None

    assert caplog.text.count("Nothing is remembered between jobs") == 1


def test_a_folder_that_may_only_be_read(caplog: pytest.LogCaptureFixture) -> None:
    with folder_for_all() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv(cache.VARIABLE, "")
        patch.delenv("XDG_CACHE_HOME", raising=False)
        folder.chmod(0o555)
        with as_nobody(), caplog.at_level(logging.INFO):
            assert cache.store(b"content", "name") is None
            assert cache.load("name") is None
        assert list(folder.iterdir()) == []
        folder.chmod(0o755)
    assert caplog.text.count("Nothing is remembered between jobs") == 1
    assert cache.VARIABLE in caplog.text


def test_a_home_that_is_the_root_folder(no_variables: pytest.MonkeyPatch) -> None:
    """As in a container that was started as a user whom it does not know."""
    no_variables.setenv("HOME", "/")
    before = Path("/.cache").exists()

    with as_nobody():
        assert cache.store(b"content", "name") is None
        assert cache.load("name") is None

    assert Path("/.cache").exists() == before


def test_content_comes_back_in_another_process_too(cache_folder: Path) -> None:
    path = cache.store(b"content", "engines", "one.json")

    assert path == cache_folder / "engines" / "one.json"
    assert bytes(cache.load("engines", "one.json") or b"") == b"content"
    assert cache.load("engines", "two.json") is None
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (path, cache_folder / "key")}
    assert modes == {0o600}
    assert sorted(file.name for file in cache_folder.iterdir()) == ["engines", "key"]


def test_reading_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "new"))

    assert cache.load("engines", "one.json") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda content: bytes([content[0] ^ 1]) + content[1:],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content[:-1],
        lambda content: content + b" ",
        lambda _: b"",
        lambda _: b"short",
    ],
    ids=["code", "content", "cut off", "longer", "empty", "short"],
)
def test_what_is_damaged_is_ignored(
    caplog: pytest.LogCaptureFixture, change: Callable[[bytes], bytes]
) -> None:
    path = cache.store(b"content", "name")
    assert path is not None
    path.write_bytes(change(path.read_bytes()))

    assert cache.load("name") is None
    assert f"{path} is damaged or was not written by this program" in caplog.text


def test_what_was_renamed_is_ignored(cache_folder: Path) -> None:
    path = cache.store(b"content", "name")
    assert path is not None
    path.rename(cache_folder / "other")

    assert cache.load("other") is None


@pytest.mark.parametrize("key", [None, b"", b"short", bytes(32)])
def test_a_lost_key_ends_what_it_sealed(cache_folder: Path, key: bytes | None) -> None:
    cache.store(b"old", "old")
    if key is None:
        (cache_folder / "key").unlink()
    else:
        (cache_folder / "key").write_bytes(key)

    assert cache.load("old") is None
    cache.store(b"new", "new")
    assert bytes(cache.load("new") or b"") == b"new"
    assert cache.load("old") is None


def test_of_two_jobs_that_begin_at_once_both_use_the_first_key(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def while_another_is_faster(size: int) -> bytes:
        (cache_folder / "key").write_bytes(b"f" * size)
        return b"s" * size

    monkeypatch.setattr(cache.secrets, "token_bytes", while_another_is_faster)

    cache.store(b"content", "name")

    assert (cache_folder / "key").read_bytes() == b"f" * 32
    assert bytes(cache.load("name") or b"") == b"content"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o702])
@pytest.mark.parametrize("which", ["the folder", "one in it"])
def test_a_folder_that_others_may_write_into_is_refused(
    cache_folder: Path, caplog: pytest.LogCaptureFixture, mode: int, which: str
) -> None:
    cache.store(b"content", "engines", "name")
    folder = cache_folder if which == "the folder" else cache_folder / "engines"
    folder.chmod(mode)

    assert cache.load("engines", "name") is None
    assert cache.store(b"new", "engines", "name") is None
    assert f"{folder} is no cache folder: other users may write into it" in caplog.text


@pytest.mark.parametrize(("mode", "refused"), [(0o777, True), (0o1777, False), (0o755, False)])
def test_above_it_only_a_sticky_folder_is_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, refused: bool
) -> None:
    """In one that is not, others may put a folder of theirs in its place."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(mode)
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "shared" / "mine"))

    assert (cache.cache_folder() is None) == refused


@needs_root
@pytest.mark.parametrize("which", ["folder", "folder above", "file", "key"])
def test_what_is_another_users_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    folder = tmp_path / "above" / "mine"
    monkeypatch.setenv(cache.VARIABLE, str(folder))
    path = cache.store(b"content", "name")
    assert path is not None
    given = {
        "folder": folder,
        "folder above": folder.parent,
        "file": path,
        "key": folder / "key",
    }[which]
    os.chown(given, OTHER_USER, OTHER_USER)

    assert cache.load("name") is None


@needs_root
def test_a_link_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    monkeypatch.setenv(cache.VARIABLE, str(link))
    assert cache.cache_folder() == link  # one's own may lead elsewhere
    os.chown(link, OTHER_USER, OTHER_USER, follow_symlinks=False)

    assert cache.cache_folder() is None


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "writable"])
def test_only_a_file_of_ones_own_is_read(
    tmp_path: Path, cache_folder: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path = cache.store(b"content", "name")
    assert path is not None
    if kind == "writable":
        path.chmod(0o622)
    else:
        content = path.read_bytes()
        path.unlink()
        if kind == "link":
            (tmp_path / "elsewhere").write_bytes(content)
            path.symlink_to(tmp_path / "elsewhere")
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.mkdir()

    assert cache.load("name") is None
    assert "it is ignored" in caplog.text


def test_a_full_disk_leaves_nothing_half_written(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache.store(b"old", "name")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with caplog.at_level(logging.INFO):
        assert cache.store(b"new", "name") is None

    assert sorted(file.name for file in cache_folder.iterdir()) == ["key", "name"]
    assert bytes(cache.load("name") or b"") == b"old"
    assert "No space left on device. Nothing is remembered" in caplog.text
