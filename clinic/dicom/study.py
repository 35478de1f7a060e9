"""A study: the headers of all its files, of one patient, and which files could not be used."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic.dicom.files import study_files
from clinic.dicom.header import Header, looks_like_dicom, read_header
from clinic.dicom.patient import several_patients
from clinic.dicom.pixels import FileError
from uls.workshop.errors import InputError

__all__ = ["DamagedFile", "Study", "read_study"]

_SUFFIXES = (".dcm", ".dicom", ".ima", ".dic")
_DIRECTORY = "1.2.840.10008.1.3.10"


@dataclass(frozen=True)
class DamagedFile:
    """A file of the study that cannot be used.

    Attributes:
        number: among all files, by name.
        why: it cannot be used.
        series_uid: of its series; empty where that is not known, as it may be any.
    """

    number: int
    why: str
    series_uid: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """What lies in a study.

    Attributes:
        headers: of its DICOM files, in the order of their names.
        damaged: DICOM files that cannot be used.
        n_files: all of them, those that are not DICOM included.
        n_strange: how many are not DICOM and have names without a suffix, as DICOM files have:
            perhaps damaged slices.
        series_uid: of the one file that the user named; empty where the user named a folder.
    """

    headers: tuple[Header, ...]
    damaged: tuple[DamagedFile, ...]
    n_files: int
    n_strange: int = 0
    series_uid: str = ""


def read_study(path: Path) -> Study:
    """Read the headers of a study's files.

    Args:
        path: a folder, a DICOMDIR, or one file of a series.

    Raises:
        InputError: nothing there is DICOM, a file may not be read, or it is of several patients.
    """
    files = study_files(path)
    headers, damaged, n_strange = _read_all(files)
    if not headers and not damaged:
        raise InputError.about(
            path, expected="DICOM files", found=f"{len(files)} files, none of which is DICOM"
        )
    named = path.resolve()
    uid = next((h.text("SeriesInstanceUID") for h in headers if h.path.resolve() == named), "")
    if path.is_file() and uid:
        headers = [h for h in headers if h.text("SeriesInstanceUID") == uid]
    _check_one_patient(headers)
    images = tuple(h for h in headers if h.text("SOPClassUID") != _DIRECTORY)
    return Study(images, tuple(damaged), len(files), n_strange, uid)


def _read_all(files: Sequence[Path]) -> tuple[list[Header], list[DamagedFile], int]:
    headers: list[Header] = []
    damaged: list[DamagedFile] = []
    n_strange = 0
    for number, file in enumerate(files, 1):
        try:
            if looks_like_dicom(file):
                headers.append(read_header(file, number))
            elif file.suffix.lower() in (*_SUFFIXES, "") and not file.stat().st_size:
                damaged.append(DamagedFile(number, "is empty"))
            elif file.suffix.lower() in _SUFFIXES:
                damaged.append(DamagedFile(number, "is no DICOM, although its name says so"))
            elif not file.suffix or file.suffix[1:].isdecimal():
                n_strange += 1
        except FileError as problem:
            damaged.append(DamagedFile(number, str(problem), problem.series_uid))
        except OSError as error:
            raise InputError.about(
                f"file {number} of {len(files)} of the study (by name)",
                expected=f"that user {os.getuid()} may read it",
                found=error.strerror or "an error of the disk",
            ) from error
    return headers, damaged, n_strange


def _check_one_patient(headers: Sequence[Header]) -> None:
    """Refuse a study of several patients; who they are is not said.

    Raises:
        InputError: identifiers, names or dates of birth differ.
    """
    if found := several_patients([h.values for h in headers]):
        raise InputError.about(
            "the study",
            expected="files of one patient",
            found=found,
            hint="Put each patient's files into a folder of their own.",
        )
