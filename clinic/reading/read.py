"""Any scan that a user names → a checked scan."""

from pathlib import Path

from clinic.dicom.read import read_dicom
from clinic.reading.image_file import format_of, read_image_file
from clinic.scans.scan import Scan, WhenChecked
from uls.workshop.errors import CallError, InputError

__all__ = ["read_scan"]


def read_scan(
    path: Path,
    *,
    series: str | None = None,
    longest_run: bool = False,
    when_checked: WhenChecked | None = None,
) -> Scan:
    """Read a scan: a NIfTI, NRRD or MetaImage file, or DICOM (a folder, a file, a DICOMDIR).

    Args:
        path: the file or folder.
        series: of DICOM, the series' number in the study's list or its UID; not needed where one
            series is usable.
        longest_run: of a DICOM series with gaps, take the longest run of evenly spaced slices.
        when_checked: is called when the header has passed all checks; what it raises ends all.

    Raises:
        InputError: there is no such scan, it is damaged, or not one that can be used.
        CallError: a series of something that has none.
    """
    if not path.exists():
        raise InputError.about(
            path, expected="a scan (a file, or a DICOM folder)", found="nothing there"
        )
    if path.is_dir() or format_of(path) is None:
        return read_dicom(path, series=series, longest_run=longest_run, when_checked=when_checked)
    if series is not None or longest_run:
        raise CallError.about(
            "--series, --longest-run", expected="a DICOM study", found=f"a file, {path.name}"
        )
    return read_image_file(path, when_checked)
