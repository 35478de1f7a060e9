"""The files of a study: of a folder and those below it, of a DICOMDIR, or around one file."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from clinic.dicom.limited_file import LimitedFile
from clinic.dicom.quiet import dicom_package, quiet
from uls.workshop.errors import InputError

__all__ = ["DICOMDIR", "study_files"]

DICOMDIR = "DICOMDIR"

_MOST_FILES = 20_000
_DEEPEST = 16

_LINK_HINT = "Copy the files themselves into the folder."


def study_files(study: Path) -> list[Path]:
    """List a study's files, in the order of their names.

    Args:
        study: a folder, a DICOMDIR, or one file, whose whole folder is then the study.

    Raises:
        InputError: there is no such file or folder, it may not be read, it has too many files, or
            a link leads out of it.
    """
    try:
        if study.name.upper() == DICOMDIR and study.is_file():
            return _of_dicomdir(study)
        if study.is_dir():
            return sorted(_walk(study, study.resolve(), 0, [0]))
        if study.is_file():
            return sorted(_walk(study.parent, study.parent.resolve(), _DEEPEST, [0]))
    except PermissionError as error:
        raise InputError.about(
            study,
            expected=f"that user {os.getuid()} may read it and all folders in it",
            found="no permission",
        ) from error
    raise InputError.about(
        study, expected="a DICOM folder, file or DICOMDIR", found="nothing there"
    )


def _walk(folder: Path, root: Path, depth: int, count: list[int]) -> Iterator[Path]:
    """Give all files in a folder and below; hidden ones (`._…` of a Mac among them) are not."""
    subfolders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            if entry.name.startswith(".") or entry.name == "__MACOSX":
                continue
            if entry.is_symlink():
                _check_link(path, root)
            if entry.is_dir():
                subfolders.append(path)
            elif entry.is_file():
                count[0] += 1
                _check_count(count[0])
                yield path
    for path in subfolders:
        if depth < _DEEPEST:
            yield from _walk(path, root, depth + 1, count)


def _check_link(path: Path, root: Path) -> None:
    """Refuse links out of the study, to nowhere, and to folders, which may lead round."""
    target = path.resolve()
    if not target.is_relative_to(root):
        raise InputError.about(
            "the study",
            expected="files of its own",
            found="a link that leads out of its folder",
            hint=_LINK_HINT,
        )
    if not target.is_file():
        found = "a link to a folder" if target.is_dir() else "a link that leads nowhere"
        raise InputError.about("the study", expected="files", found=found, hint=_LINK_HINT)


def _check_count(count: int) -> None:
    if count > _MOST_FILES:
        raise InputError.about(
            "the study",
            expected=f"at most {_MOST_FILES} files",
            found="more",
            hint="Name the folder of one study.",
        )


def _of_dicomdir(path: Path) -> list[Path]:
    """List the files that a DICOMDIR refers to; the names in it never lead out of its folder."""
    pydicom = dicom_package("pydicom")
    with quiet():
        try:
            with path.open("rb") as file:
                records = pydicom.dcmread(LimitedFile(file)).DirectoryRecordSequence
        except PermissionError:
            raise
        except Exception as error:
            raise InputError.about(
                "the DICOMDIR", expected="a list of files", found="a damaged one"
            ) from error
        names = [record.get("ReferencedFileID") for record in records]
    parts = [[name] if isinstance(name, str) else list(name) for name in names if name]
    _check_count(len(parts))
    return sorted({_referred(path.parent, one, len(parts)) for one in parts})


def _referred(folder: Path, parts: list[Any], n_files: int) -> Path:
    names = [str(part) for part in parts]
    relative = PurePosixPath(*names)
    plain = all(n not in ("", ".", "..") and "/" not in n and "\\" not in n for n in names)
    if not plain or relative.is_absolute():
        raise InputError.about(
            "the DICOMDIR", expected="files below its own folder", found="one that lies elsewhere"
        )
    for candidate in (folder / relative, folder / str(relative).lower()):
        if candidate.is_file():
            _check_link(candidate, folder.resolve())
            return candidate
    raise InputError.about(
        "the DICOMDIR",
        expected=f"the {n_files} files that it lists",
        found="that one or more of them are missing",
        hint="Copy the whole medium, or name the folder with the files instead.",
    )
