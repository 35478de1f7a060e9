"""What a file is instead of what it should be, and what to do about it."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from uls.workshop.foreign_files import recognise


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("plans.json"))
    return buffer.getvalue()


def _zip(*names: str) -> bytes:
    """An archive whose entries have no time of day, as its bytes name a test."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x" * 100)
    return buffer.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 760000000\n"


@pytest.mark.parametrize(
    ("content", "found", "hint"),
    [
        (b"", "an empty file", "again"),
        (POINTER, "a pointer of Git LFS", "git lfs pull"),
        (b"/annex/objects/SHA256E-s1--0.pth\n", "a pointer of git-annex", "git annex get"),
        (b"\n <!DOCTYPE HTML><title>Sign in</title>", "a web page", "log in"),
        (b"\xef\xbb\xbf<html lang=en>", "a web page", "log in"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "XML", "link"),
        (gzip.compress(b"x", mtime=0), "packed by gzip", "Unpack"),
        (_tar(), "a tar archive", "Unpack"),
        (bytes(4096), "zeros", "again"),
        (_zip("archive/data.pkl")[:-30], "ends too early, after", "again"),
        (_zip("Dataset901/T__P__C/plans.json"), "a whole model", "unzip"),
    ],
)
def test_what_downloads_leave(tmp_path: Path, content: bytes, found: str, hint: str) -> None:
    path = tmp_path / "checkpoint_final.pth"
    path.write_bytes(content)

    known = recognise(path)

    assert known is not None
    assert found in known.found
    assert hint in known.hint


@pytest.mark.parametrize("content", [_zip("archive/data.pkl"), b"{}", b"anything"])
def test_what_is_not_known_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    assert recognise(path) is None
