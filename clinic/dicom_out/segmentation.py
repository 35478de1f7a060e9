"""The masks as a DICOM segmentation: BINARY, one segment per lesion, on the grid of the slices."""

from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.dicom.quiet import dicom_package
from clinic.dicom_out.work import Finding, Work

__all__ = ["segmentation"]

_COLOURS = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (213, 94, 0))
"""Colours that colour-blind readers tell apart (Okabe and Ito 2008)."""


def segmentation(work: Work) -> Any:
    """Make the segmentation of all lesions that have a mask."""
    hd = dicom_package("highdicom")
    sources = [work.slices[index] for index in work.slice_range]
    first = work.slice_range.start
    grid = work.scan.grid
    x_mm, y_mm, z_mm = grid.spacing_mm
    affine = np.eye(4)
    affine[:3, 0] = grid.directions[:, 2] * z_mm
    affine[:3, 1] = grid.directions[:, 1] * y_mm
    affine[:3, 2] = grid.directions[:, 0] * x_mm
    affine[:3, 3] = grid.to_mm((0, 0, first))
    array, channels = _array(work)
    volume = hd.Volume(
        array,
        affine,
        coordinate_system="PATIENT",
        frame_of_reference_uid=str(sources[0].FrameOfReferenceUID),
        channels=channels,
    )
    return hd.seg.Segmentation(
        source_images=sources,
        pixel_array=volume,
        segmentation_type="BINARY",
        segment_descriptions=[_description(hd, work, finding) for finding in work.findings],
        series_instance_uid=work.uid("SEG series", work.digest),
        series_number=work.series_number(1),
        sop_instance_uid=work.uid("SEG", work.digest),
        instance_number=1,
        omit_empty_frames=True,
        content_label="LESIONS",
        content_description="Lesions segmented from clicks, not reviewed",
        series_description="uls23 segmentation, not reviewed",
        **work.equipment,
    )


def _array(work: Work) -> tuple[npt.NDArray[np.uint8], Any]:
    """Give the masks' array: numbers of segments; a channel for each where they overlap."""
    rows, columns = work.scan.grid.shape_zyx[1:]
    shape = (len(work.slice_range), rows, columns)
    labels = np.zeros(shape, np.uint8)
    overlap = len(work.findings) > 255
    for finding in work.findings:
        part = labels[_box(work, finding)]
        mask = finding.lesion.mask.voxels
        overlap = overlap or bool(part[mask].any())
        part[mask] = min(finding.segment, 255)
    if not overlap:
        return labels, None
    del labels
    each = np.zeros((*shape, len(work.findings)), np.uint8)
    for finding in work.findings:
        each[(*_box(work, finding), finding.segment - 1)] = finding.lesion.mask.voxels
    return each, {"SegmentNumber": [finding.segment for finding in work.findings]}


def _box(work: Work, finding: Finding) -> tuple[slice, slice, slice]:
    mask = finding.lesion.mask
    z, y, x = mask.corner_zyx
    dz, dy, dx = mask.voxels.shape
    z -= work.slice_range.start
    return slice(z, z + dz), slice(y, y + dy), slice(x, x + dx)


def _description(hd: Any, work: Work, finding: Finding) -> Any:
    codes = dicom_package("pydicom.sr.codedict").codes
    return hd.seg.SegmentDescription(
        segment_number=finding.segment,
        segment_label=finding.label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Lesion,
        algorithm_type="SEMIAUTOMATIC",
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name=work.algorithm_name,
            family=codes.DCM.ArtificialIntelligence,
            version=work.software,
            source=work.equipment["manufacturer"],
            parameters={"model_sha256": work.model.sha256},
        ),
        tracking_uid=finding.tracking_uid,
        tracking_id=finding.label,
        display_color=hd.color.CIELabColor.from_rgb(
            *_COLOURS[(finding.segment - 1) % len(_COLOURS)]
        ),
    )
