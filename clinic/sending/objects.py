"""The DICOM objects in a folder of results: unchanged, of one study, of kinds that we make."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic.dicom.limited_file import LimitedFile
from clinic.dicom.quiet import dicom_package, quiet
from uls.workshop.errors import InputError
from uls.workshop.files import sha256

__all__ = ["KINDS", "SendObject", "objects_of", "result_folders"]

KINDS = {
    "1.2.840.10008.5.1.4.1.1.66.4": "segmentation",
    "1.2.840.10008.5.1.4.1.1.88.33": "report",
    "1.2.840.10008.5.1.4.1.1.88.34": "report in 3D",
    "1.2.840.10008.5.1.4.1.1.11.1": "presentation state",
    "1.2.840.10008.5.1.4.1.1.7": "key image",
}
"""SOP classes that we make; nothing else is sent, lest a study go where it must not."""

_RECORD = "results.json"
_LARGEST_RECORD = 64 << 20


@dataclass(frozen=True, repr=False)
class SendObject:
    """One object.

    Attributes:
        file: its name in its folder.
        sha256: of the file.
        sop_class: which of `KINDS` it is.
        sop_instance: its identifier.
        transfer_syntax: how it is encoded.
    """

    file: str
    sha256: str
    sop_class: str
    sop_instance: str
    transfer_syntax: str


def result_folders(folder: Path) -> list[Path]:
    """List the folders of results: this one, or those of a table of cases in it.

    Raises:
        InputError: there is none.
    """
    if (folder / _RECORD).is_file():
        return [folder]
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    ours = [one for one in inside if not one.is_symlink() and (one / _RECORD).is_file()]
    found = [one for one in ours if any(one.glob("*.dcm"))]  # else nothing was found in that scan
    if not found:
        raise InputError.about(
            "the folder to send",
            expected=f"results of `segment` ({_RECORD})",
            found="none with DICOM objects in it",
            hint="Only what uls23 made is sent.",
        )
    return found


def objects_of(folder: Path) -> list[SendObject]:
    """List the objects of one folder of results.

    Raises:
        InputError: there are none, one is not as it was written, or two are of different studies.
    """
    expected = _recorded(folder)
    names = sorted(name for name in expected if name.endswith(".dcm"))
    if not names:
        raise _refused("DICOM objects", "none: the scan was no DICOM series, or no mask was found")
    read = [_read(folder / name, expected[name]) for name in names]
    if len({whose for _, whose in read}) > 1:
        raise _refused("objects of one study of one patient", "objects of several")
    return [found for found, _ in read]


def _recorded(folder: Path) -> dict[str, str]:
    """Return the names and hashes of a folder's files, as their record has them."""
    record = folder / _RECORD
    try:
        if record.stat().st_size > _LARGEST_RECORD:
            raise ValueError
        files = json.loads(record.read_bytes())["files"]
        if any(Path(name).name != name for name in files):
            raise ValueError
        return {str(name): str(digest) for name, digest in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _refused(f"a record of the results ({_RECORD})", "a damaged one, or none") from None


def _read(path: Path, expected: str) -> tuple[SendObject, tuple[str, str]]:
    """Return an object, and whose study it is of."""
    if path.is_symlink() or not path.is_file() or sha256(path) != expected:
        raise _refused("objects as they were written", "one that was changed or is missing")
    pydicom = dicom_package("pydicom")
    try:
        with quiet(), path.open("rb") as file:
            header: Any = pydicom.dcmread(LimitedFile(file), specific_tags=_TAGS)
            syntax = str(header.file_meta.TransferSyntaxUID)
            texts = [str(header[tag].value or "") for tag in _TAGS]
    except Exception:  # whatever pydicom stumbles over: its message may quote the object
        raise _refused("DICOM objects", "a file that is none") from None
    sop_class, sop_instance, study, patient = texts
    if sop_class not in KINDS:
        raise _refused(f"objects of our kinds ({', '.join(KINDS.values())})", "another object")
    return SendObject(path.name, expected, sop_class, sop_instance, syntax), (study, patient)


_TAGS = ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "PatientID"]


def _refused(expected: str, found: str) -> InputError:
    return InputError.about("the results to send", expected=expected, found=found)
