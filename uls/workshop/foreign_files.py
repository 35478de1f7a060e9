"""What a file that is not what it should be is instead, told by its first bytes.

Downloads fail in a few ways again and again: the page of an error is saved under the file's name, a
pointer of Git LFS is copied in its place, or the connection ends too early. Each has a next step.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Recognised", "recognise"]

_HEAD_BYTES = 512
_TAR_MAGIC_AT = 257

_AGAIN = "Download or copy the file again, and compare its size with what the source says."
_PAGE = (
    "A web page was saved in its place, often one that asks to log in or to accept terms: open "
    "the link in a browser, or use the link of the file itself."
)
_UNPACK = "Unpack it, and name what was inside."


@dataclass(frozen=True)
class Recognised:
    """What a file is, as an error's `found`, and what to do about it, as its `hint`."""

    found: str
    hint: str


_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"version https://git-lfs",
        "a pointer of Git LFS, not the file itself",
        "Run `git lfs pull` in the repository that it comes from, or download the file itself.",
    ),
    (
        b"/annex/objects/",
        "a pointer of git-annex, not the file itself",
        "Run `git annex get` on it in the repository that it comes from.",
    ),
    (b"\x1f\x8b", "a file packed by gzip", _UNPACK),
    (b"\xfd7zXZ\x00", "a file packed by xz", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
)

_PAGES: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<?xml", "a text in XML"),
    (b"<error", "a text in XML"),
)


def recognise(path: Path) -> Recognised | None:
    """Tell what a file is by its first bytes; None where they say nothing.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        return Recognised("an empty file", _AGAIN)
    for beginning, found, hint in _BEGINNINGS:
        if head.startswith(beginning):
            return Recognised(found, hint)
    if head[_TAR_MAGIC_AT:].startswith(b"ustar"):
        return Recognised("a tar archive", _UNPACK)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for beginning, found in _PAGES:
        if text.startswith(beginning):
            return Recognised(found, _PAGE)
    if not head.strip(b"\0"):
        return Recognised("zeros, as a download leaves them that did not end", _AGAIN)
    return _zip(path) if head.startswith(b"PK\x03\x04") else None


def _zip(path: Path) -> Recognised | None:
    """Tell a zip archive that ends too early, and one that `nnUNetv2_export_model` made."""
    if not zipfile.is_zipfile(path):
        found = f"the beginning of one: it ends too early, after {path.stat().st_size} bytes"
        return Recognised(found, _AGAIN)
    with zipfile.ZipFile(path) as archive:
        inside = [name for name in archive.namelist() if name.endswith("/plans.json")]
    if not inside:
        return None
    return Recognised(
        f"a zip archive of a whole model ({inside[0]})",
        f"Unpack it (`unzip {path.name} -d FOLDER`), and name FOLDER.",
    )
