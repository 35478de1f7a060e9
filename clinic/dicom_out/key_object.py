"""A lesion's key image as a secondary capture: what every archive shows."""

from typing import Any

from clinic.dicom.quiet import dicom_package
from clinic.dicom_out.laterality import set_laterality
from clinic.dicom_out.work import MANUFACTURER, Finding, Work
from clinic.pictures.key_image import key_image

__all__ = ["key_object"]


def key_object(work: Work, finding: Finding) -> Any:
    """Make the secondary capture of one lesion's key image."""
    hd = dicom_package("highdicom")
    measured = finding.measured
    index = measured.slice_index if measured.slice_index in work.slices else work.slice_range.start
    image = work.slices[index]
    made = hd.sc.SCImage.from_ref_dataset(
        ref_dataset=image,
        pixel_array=key_image(work.scan, finding.lesion, finding.number, work.model.name),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        series_instance_uid=work.uid("SC series"),
        series_number=work.series_number(4),
        sop_instance_uid=work.uid("SC", finding.content),
        instance_number=finding.number,
        manufacturer=MANUFACTURER,
        patient_orientation=("L", "P"),
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        series_description="uls23 key images, not for diagnosis",
    )
    made.BurnedInAnnotation = "YES"
    made.ImageComments = "Segmented from a click, not reviewed. Not for diagnosis."
    set_laterality(made)
    return made
