"""One rule for all folders: what systems leave behind is never taken for a user's file."""

import os
from pathlib import Path
from typing import Any

import pytest

from uls.workshop.errors import InputError
from uls.workshop.folder_scan import is_clutter, listed, shown

CLUTTER = (
    *("._a.nii.gz", ".DS_Store", ".hidden.nii.gz", "Thumbs.db", "desktop.ini", "__MACOSX"),
    *("@eaDir", "ehthumbs.db", "$RECYCLE.BIN"),
)


@pytest.mark.parametrize("name", CLUTTER)
def test_what_systems_leave_behind_is_clutter(name: str) -> None:
    assert is_clutter(name)
    assert is_clutter(name.upper())


@pytest.mark.parametrize("name", ["a.nii.gz", "_a.nii.gz", "thumbs.nii.gz", "a.DS_Store"])
def test_what_users_name_is_not(name: str) -> None:
    assert not is_clutter(name)


def test_a_folder_is_listed_without_clutter_and_without_folders(tmp_path: Path) -> None:
    for name in ("b.nii.gz", "a.NII.GZ", "._a.nii.gz", "Thumbs.db", "c.txt"):
        (tmp_path / name).touch()
    (tmp_path / "d.nii.gz").mkdir()
    (tmp_path / "d.nii.gz/e.nii.gz").touch()
    assert [path.name for path in listed(tmp_path, (".nii.gz",))] == ["a.NII.GZ", "b.nii.gz"]
    assert [path.name for path in listed(tmp_path)] == ["a.NII.GZ", "b.nii.gz", "c.txt"]


def test_a_deep_search_passes_over_hidden_folders_and_follows_links_once(tmp_path: Path) -> None:
    for name in ("one/a.nii", "__MACOSX/one/._a.nii", ".work/b.nii", "two/deep/c.nii"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/d.nii").touch()
    (tmp_path / "set/three").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "set/two/loop").symlink_to(tmp_path / "set/two")
    names = [
        p.relative_to(tmp_path / "set").as_posix() for p in listed(tmp_path / "set", deep=True)
    ]
    assert names == ["one/a.nii", "three/d.nii", "two/deep/c.nii"]


def test_a_link_to_nowhere_is_listed(tmp_path: Path) -> None:
    """Left out, the scan that it stands for would be missing without a word."""
    (tmp_path / "a.nii").symlink_to(tmp_path / "unmounted/a.nii")
    assert [path.name for path in listed(tmp_path, (".nii",))] == ["a.nii"]
    assert [path.name for path in listed(tmp_path, (".nii",), deep=True)] == ["a.nii"]


def test_what_a_folder_holds_is_shown_for_a_message(tmp_path: Path) -> None:
    assert shown(tmp_path) == "an empty folder"
    assert shown(tmp_path / "absent") == "no such folder"
    for name in "abcdefg":
        (tmp_path / name).touch()
    (tmp_path / ".DS_Store").touch()
    (tmp_path / "aa").mkdir()
    assert shown(tmp_path, most=3) == "a, aa/, b and 5 more"


def test_a_folder_that_may_not_be_read_ends_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passed over, its scans would be missing without a word."""
    (tmp_path / "closed").mkdir()
    real = os.scandir

    def scandir(path: str | Path) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(InputError, match=r"closed: expected that user .* may read it"):
        listed(tmp_path, deep=True)
