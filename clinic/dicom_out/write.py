"""All DICOM objects of a scan's lesions, written into a folder."""

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from clinic.dicom.quiet import dicom_package, quiet
from clinic.dicom_out.key_object import key_object
from clinic.dicom_out.presentation import presentation
from clinic.dicom_out.report import is_drawn, report
from clinic.dicom_out.segmentation import segmentation
from clinic.dicom_out.work import Work
from clinic.lesions.lesion import Lesion
from clinic.scans.scan import Scan
from clinic.segmentation.model import LoadedModel

__all__ = ["write_objects"]

_MADE_AT = ("Content", "InstanceCreation", "PresentationCreation", "DateOfSecond", "TimeOfSecond")
"""How the names of those dates and times begin that say when an object was made."""

_PATIENT_AND_STUDY = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientBirthTime",
    "PatientSex", "OtherPatientIDs", "EthnicGroup", "PatientComments", "PatientIdentityRemoved",
    "DeidentificationMethod", "DeidentificationMethodCodeSequence", "PatientAge", "PatientSize",
    "PatientWeight", "Occupation", "AdditionalPatientHistory", "StudyInstanceUID", "StudyDate",
    "StudyTime", "StudyID", "StudyDescription", "AccessionNumber", "ReferringPhysicianName",
    "LongitudinalTemporalInformationModified", "AdmittingDiagnosesDescription",
    "NameOfPhysiciansReadingStudy", "PhysiciansOfRecord",
)  # fmt: skip
"""Attributes of the modules Patient, General Study and Patient Study."""

_log = logging.getLogger(__name__)


def write_objects(
    scan: Scan,
    lesions: Sequence[Lesion],
    model: LoadedModel,
    folder: Path,
    *,
    when: datetime | None = None,
) -> None:
    """Write segmentation, report, presentation states and key images.

    Args:
        scan: a DICOM series.
        lesions: all that were clicked; those without a mask are in no object.
        model: that segmented them.
        folder: gets `segmentation.dcm`, `report.dcm`, `axes-<n>.dcm` and `key-<n>.dcm`.
        when: they are made; by default now.
    """
    work = Work(scan, lesions, model, when or datetime.now())
    if not work.findings:
        _log.warning("No lesion has a mask: no DICOM objects are written")
        return
    if not is_drawn(work):
        _log.warning("The slices are not axial: axes are in the key images only, not as lines")
    with quiet():
        masks = segmentation(work)
        _save(masks, work, folder / "segmentation.dcm")
        _save(report(work, masks), work, folder / "report.dcm")
        for finding in work.findings:
            if is_drawn(work):
                _save(presentation(work, finding), work, folder / f"axes-{finding.number}.dcm")
            _save(key_object(work, finding), work, folder / f"key-{finding.number}.dcm")


def _save(made: Any, work: Work, path: Path) -> None:
    """Write an object, as it was made at the work's time."""
    date, time = work.when.strftime("%Y%m%d"), work.when.strftime("%H%M%S")
    for keyword in made.dir("Date", "Time"):
        if keyword.startswith(_MADE_AT):
            setattr(made, keyword, date if made[keyword].VR == "DA" else time)
    for equipment in made.get("ContributingEquipmentSequence", []):
        if "ContributionDateTime" in equipment:
            equipment.ContributionDateTime = date + time
    _copy_patient_and_study(work, made)
    _derive_drawn_uids(work, made)
    made.save_as(path, enforce_file_format=True)


def _derive_drawn_uids(work: Work, made: Any) -> None:
    """Replace identifiers that highdicom drew at random by ones that follow from the content."""
    drawn = dicom_package("highdicom").UID().rpartition(".")[0]
    derived: dict[str, str] = {}

    def replace(_: Any, element: Any) -> None:
        if element.VR == "UI" and str(element.value).startswith(drawn):
            nth = work.uid(made.SOPInstanceUID, len(derived))
            element.value = derived.setdefault(str(element.value), nth)

    made.walk(replace)


def _copy_patient_and_study(work: Work, made: Any) -> None:
    """Give an object all that the slices say of patient and study: archives compare them."""
    slice_header = work.read_header(work.slice_range.start)
    for keyword in _PATIENT_AND_STUDY:
        stored = slice_header.get_item(keyword)
        if stored is None:
            continue
        blank = isinstance(stored.value, bytes) and stored.value and not stored.value.strip()
        made[keyword] = slice_header[keyword]
        if blank:  # reading takes spaces for nothing; the slices have them
            made[keyword].value = stored.value.decode("ascii", "replace")
    character_set = slice_header.get("SpecificCharacterSet")
    if character_set is not None and "SpecificCharacterSet" not in made:
        made.SpecificCharacterSet = character_set
