"""The measurements as a structured report (TID 1500), two groups per lesion.

One group (TID 1411) is of the segment: volume and mean HU. The other (TID 1501) has both axes, each
from a line on its slice: the first may hold no coordinates, without which no viewer draws a line.
"""

from typing import Any

import numpy as np

from clinic.dicom.quiet import dicom_package
from clinic.dicom_out.work import MANUFACTURER, Finding, Work
from clinic.lesions.measurements import Diameter

__all__ = ["line_px", "report"]


def report(work: Work, segmentation: Any, *, three_d: bool = True) -> Any:
    """Make the report of all lesions that have a mask.

    Args:
        work: the work.
        segmentation: the segmentation that it refers to.
        three_d: as Comprehensive 3D SR; else as Comprehensive SR, for old archives.
    """
    hd = dicom_package("highdicom")
    codes = dicom_package("pydicom.sr.codedict").codes
    groups: list[Any] = []
    for finding in work.findings:
        groups.append(_segment_group(hd, codes, work, finding, segmentation))
        if is_drawn(work):
            groups.append(_axes_group(hd, codes, work, finding))
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(
            observer_device_context=_device(hd, codes, work)
        ),
        procedure_reported=codes.LN.CTUnspecifiedBodyRegion,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    kind = hd.sr.Comprehensive3DSR if three_d else hd.sr.ComprehensiveSR
    return kind(
        evidence=[*work.slices.values(), segmentation],
        content=content,
        series_instance_uid=work.uid("SR series", three_d, work.digest),
        series_number=work.series_number(2),
        sop_instance_uid=work.uid("SR", three_d, work.digest),
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=False,
        is_final=False,
        is_verified=False,
        series_description="uls23 measurements, not reviewed",
    )


def is_drawn(work: Work) -> bool:
    """Tell whether axes lie on slices of the series, so that they can be drawn there."""
    return work.scan.grid.axial.order == (0, 1, 2)


def line_px(axis: Diameter) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give an axis' ends as DICOM counts: (column, row), 0.5 being the first pixel's centre."""
    return np.array([[x + 0.5, y + 0.5] for x, y, _ in axis.ends_xyz])


def _device(hd: Any, codes: Any, work: Work) -> Any:
    return hd.sr.ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
            uid=work.uid("device"),
            name=work.algorithm_name,
            manufacturer_name=MANUFACTURER,
            model_name=work.model.name[:64],
            serial_number=work.model.sha256[:16],
        ),
    )


def _tracking(hd: Any, finding: Finding) -> Any:
    return hd.sr.TrackingIdentifier(uid=finding.tracking_uid, identifier=finding.label)


def _algorithm(hd: Any, work: Work) -> Any:
    parameters = [f"model_sha256={work.model.sha256}"]
    return hd.sr.AlgorithmIdentification(work.algorithm_name, work.software, parameters)


def _segment_group(hd: Any, codes: Any, work: Work, finding: Finding, segmentation: Any) -> Any:
    measured = finding.measured
    millilitre = hd.sr.CodedConcept("ml", "UCUM", "milliliter")
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(hd, finding),
        referenced_segment=_segment(hd, work, finding, segmentation),
        finding_type=codes.SCT.Lesion,
        algorithm_id=_algorithm(hd, work),
        measurements=[
            hd.sr.Measurement(codes.SCT.Volume, round(measured.volume_ml, 4), millilitre),
            hd.sr.Measurement(
                codes.DCM.AttenuationCoefficient,
                round(measured.mean_hu, 2),
                codes.UCUM.HounsfieldUnit,
                derivation=codes.SCT.Mean,
            ),
        ],
    )


def _segment(hd: Any, work: Work, finding: Finding, segmentation: Any) -> Any:
    """Refer to a segment, and to the slices that it lies on.

    highdicom's own way from a segmentation (0.28.2) breaks down where that has one segment.
    """
    mask = finding.lesion.mask
    occupied = np.flatnonzero(mask.voxels.any(axis=(1, 2))) + mask.corner_zyx[0]
    images = [work.slices[index] for index in occupied.tolist()]
    return hd.sr.ReferencedSegment(
        sop_class_uid=segmentation.SOPClassUID,
        sop_instance_uid=segmentation.SOPInstanceUID,
        segment_number=finding.segment,
        source_images=[hd.sr.SourceImageForSegmentation.from_source_image(i) for i in images],
    )


def _axes_group(hd: Any, codes: Any, work: Work, finding: Finding) -> Any:
    measured = finding.measured
    source = hd.sr.SourceImageForRegion.from_source_image(work.slices[measured.slice_index])
    axes = (
        (codes.SCT.LongAxis, measured.long_axis),
        (codes.SCT.ShortAxis, measured.short_axis),
    )
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(hd, finding),
        finding_type=codes.SCT.Lesion,
        algorithm_id=_algorithm(hd, work),
        measurements=[
            hd.sr.Measurement(
                name,
                round(axis.length_mm, 3),
                codes.UCUM.Millimeter,
                referenced_coordinates=[
                    hd.sr.CoordinatesForMeasurement("POLYLINE", line_px(axis), source)
                ],
            )
            for name, axis in axes
        ],
    )
