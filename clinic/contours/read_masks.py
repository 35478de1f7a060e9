"""Earlier contours (DICOM SEG or RTSTRUCT) → a mask on a scan's grid for each ROI."""

from collections.abc import Sequence
from pathlib import Path

from clinic.contours.belonging import check_patient, first_header
from clinic.contours.child import parsed
from clinic.contours.document import Marks, Segmentation, StructureSet
from clinic.contours.rois import Roi
from clinic.contours.segments import segment_rois
from clinic.contours.structures import structure_rois
from clinic.scans.scan import Place
from uls.workshop.errors import InputError

__all__ = ["read_masks", "rois_of"]


def read_masks(path: Path, place: Place, wanted: Sequence[str] = ()) -> list[Roi]:
    """Read the ROIs of a segmentation or a structure set as masks on a scan's grid.

    Args:
        path: the DICOM object.
        place: the scan's, `scan.place`.
        wanted: which ROIs: numbers, names, or patterns of names (`GTV*`); none for all.

    Raises:
        InputError: it is no such object, is damaged, of another patient or frame of reference, or
            an ROI cannot be laid on the scan. Names of ROIs, and of patients, are never said.
    """
    found = parsed(path, wanted)
    check_patient(path, found.identity, first_header(place))
    if isinstance(found, Marks):
        raise InputError.about(
            path, expected="a segmentation or a structure set", found="points and lines only"
        )
    return rois_of(path, found, place)


def rois_of(path: Path, found: StructureSet | Segmentation, place: Place) -> list[Roi]:
    """Lay the ROIs of a parsed object on a scan, see `read_masks`."""
    if isinstance(found, StructureSet):
        return list(structure_rois(path, found, place))
    return list(segment_rois(path, found, place))
