"""Whether an object is of the scan's patient and lies in the scan's frame of reference."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from clinic.dicom.header import FileError, Header, read_header
from clinic.dicom.patient import several_patients
from clinic.scans.scan import Place
from uls.workshop.errors import InputError

__all__ = ["check_frames", "check_patient", "first_header"]

_log = logging.getLogger(__name__)


def first_header(place: Place) -> Header | None:
    """Read the header of a DICOM scan's first slice; None for a scan of another format.

    Raises:
        InputError: it cannot be read any more.
    """
    if not place.slices:
        return None
    try:
        return read_header(place.slices[0].path, 1)
    except (FileError, OSError) as error:
        raise InputError.about(
            "the scan", expected="files that can still be read", found="that one changed"
        ) from error


def check_patient(path: Path, identity: Mapping[str, str], header: Header | None) -> None:
    """Refuse an object of another patient than the scan's; who they are is not said.

    Raises:
        InputError: identifiers, names or dates of birth differ.
    """
    if header is None:
        _log.warning(
            "%s: the scan is not DICOM, so that nobody checks that it is of the same patient and "
            "in the same frame of reference",
            path,
        )
    elif found := several_patients([header.values, identity]):
        raise InputError.about(path, expected="an object of the scan's patient", found=found)


def check_frames(path: Path, frames: Iterable[str], header: Header | None) -> None:
    """Refuse places in mm of another frame of reference than the scan's.

    Raises:
        InputError: one is another, or is not told.
    """
    if header is None:
        return
    own = header.text("FrameOfReferenceUID")
    if not own or any(frame.strip() != own for frame in frames):
        raise InputError.about(
            path,
            expected="places in the scan's frame of reference",
            found="another frame of reference, or none told",
            hint="It was drawn on another examination: choose the series that it was drawn on.",
        )
