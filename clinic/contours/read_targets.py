"""Any file that says where lesions are → what was pointed at on a scan."""

import logging
from collections.abc import Sequence
from pathlib import Path

from clinic.contours.belonging import check_patient, first_header
from clinic.contours.child import parsed
from clinic.contours.document import Marks
from clinic.contours.marks import marked_voxels
from clinic.contours.read_masks import rois_of
from clinic.dicom.header import looks_like_dicom
from clinic.lesions.clicks_file import read_clicks
from clinic.lesions.targets import Target, Units
from clinic.scans.grid import Voxel
from clinic.scans.scan import Place
from uls.workshop.errors import CallError

__all__ = ["read_targets"]

_log = logging.getLogger(__name__)


def read_targets(
    path: Path, place: Place, *, units: Units = None, wanted: Sequence[str] = ()
) -> list[Target]:
    """Read a file of clicks: a table, 3D Slicer's markups, or a DICOM object.

    Of a DICOM segmentation or structure set each ROI is clicked in its deepest inner voxel; of a
    structured report or presentation state see `clinic.contours.marks`. Lesions are named by the
    numbers of the file: names in DICOM objects may hold the patient's.

    Args:
        path: the file.
        place: where the scan lies.
        units: of a table's numbers.
        wanted: of a DICOM object, which ROIs: numbers, names, or patterns of names.

    Raises:
        InputError: the file is missing, damaged, holds no clicks, or does not belong to the scan.
        CallError: a choice of ROIs for a file that has none.
    """
    if not _is_dicom(path):
        if wanted:
            raise CallError.about(
                "--roi", expected="a DICOM object with ROIs by --clicks", found="a table or markups"
            )
        return read_clicks(path, units)
    found = parsed(path, wanted)
    check_patient(path, found.identity, first_header(place))
    if isinstance(found, Marks):
        return [_target(name, voxel) for name, voxel in marked_voxels(path, found, place)]
    targets = []
    for roi in rois_of(path, found, place):
        for warning in roi.warnings:
            _log.warning("%s, ROI %d: %s", path, roi.number, warning)
        targets.append(_target(f"ROI {roi.number}", roi.click_xyz))
    return targets


def _target(name: str, voxel: Voxel) -> Target:
    x, y, z = voxel
    return Target(name, (float(x), float(y), float(z)))


def _is_dicom(path: Path) -> bool:
    try:
        return looks_like_dicom(path)
    except OSError:
        return False  # what is wrong with it is said by who reads it
