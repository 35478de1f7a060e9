"""Earlier contours and points for tests: structure sets, segmentations, reports, made by script."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

from clinic.dicom.quiet import quiet

STRUCTURES = "1.2.840.10008.5.1.4.1.1.481.3"
STATE = "1.2.840.10008.5.1.4.1.1.11.1"

Contours = Sequence[tuple[str, Any]]


def object_of(slices: Sequence[Dataset], kind: str, *, implicit: bool = False) -> FileDataset:
    """An empty object of a class, of the patient and study of a series."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = kind, generate_uid()
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    made = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)  # type: ignore[arg-type]
    made.SOPClassUID, made.SOPInstanceUID = kind, meta.MediaStorageSOPInstanceUID
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID"):
        setattr(made, keyword, slices[0].get(keyword, ""))
    made.SeriesInstanceUID, made.Modality = generate_uid(), "OT"
    return made


def structure_set(
    slices: Sequence[Dataset], rois: dict[tuple[int, str], Contours], *, implicit: bool = False
) -> FileDataset:
    """A structure set: by number and name, contours of a kind with points (n, 3) in mm."""
    made = object_of(slices, STRUCTURES, implicit=implicit)
    made.Modality, made.StructureSetLabel = "RTSTRUCT", "TEST"
    told, drawn = [], []
    for (number, name), contours in rois.items():
        roi = Dataset()
        roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = number, name, "MANUAL"
        roi.ReferencedFrameOfReferenceUID = slices[0].FrameOfReferenceUID
        told.append(roi)
        item = Dataset()
        item.ReferencedROINumber = number
        item.ContourSequence = Items([_contour(kind, points) for kind, points in contours])
        drawn.append(item)
    made.StructureSetROISequence, made.ROIContourSequence = Items(told), Items(drawn)
    return made


def _contour(kind: str, points: Any) -> Dataset:
    points = np.asarray(points, float).reshape(-1, 3)
    item = Dataset()
    item.ContourGeometricType, item.NumberOfContourPoints = kind, len(points)
    item.ContourData = [f"{value:.6f}"[:16] for value in points.ravel()]
    return item


def segmentation(
    slices: Sequence[Dataset],
    masks: Sequence[Any],
    *,
    labels: Sequence[str] = (),
    kind: str = "BINARY",
) -> Any:
    """A segmentation on the grid of a series, by highdicom; masks of bool, or of 0 to 1."""
    each = np.stack([np.asarray(mask, np.float32) for mask in masks], axis=-1)
    if kind != "FRACTIONAL":
        each = each.astype(np.uint8)
    if kind == "LABELMAP":
        each = (each * np.arange(1, len(masks) + 1)).max(axis=-1).astype(np.uint8)
    names = labels or [f"Segment {n}" for n in range(1, len(masks) + 1)]
    with quiet():  # the planted name has one part only
        return hd.seg.Segmentation(
            source_images=list(slices),
            pixel_array=each,
            segmentation_type=kind,
            segment_descriptions=[
                hd.seg.SegmentDescription(
                    n, name, codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Lesion, "MANUAL"
                )
                for n, name in enumerate(names, 1)
            ],
            series_instance_uid=generate_uid(),
            series_number=9,
            sop_instance_uid=generate_uid(),
            instance_number=1,
            manufacturer="TEST",
            manufacturer_model_name="TEST",
            software_versions="1",
            device_serial_number="1",
        )


def report(slices: Sequence[Dataset], groups: Sequence[tuple[str, str, Sequence[Dataset]]]) -> Any:
    """A bare report: groups of (tracking identifier, tracking UID, items with coordinates)."""
    made = object_of(slices, "1.2.840.10008.5.1.4.1.1.88.34")
    made.Modality, made.ValueType = "SR", "CONTAINER"
    made.ConceptNameCodeSequence = Items([_code("126000", "DCM", "Imaging Measurement Report")])
    inner = []
    for name, uid, items in groups:
        group = Dataset()
        group.RelationshipType, group.ValueType = "CONTAINS", "CONTAINER"
        group.ConceptNameCodeSequence = Items([_code("125007", "DCM", "Measurement Group")])
        told = [_value("112039", "TEXT", TextValue=name)] if name else []
        told += [_value("112040", "UIDREF", UID=uid)] if uid else []
        group.ContentSequence = Items([*told, *items])
        inner.append(group)
    made.ContentSequence = Items(inner)
    return made


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def _value(code: str, value_type: str, **values: str) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = "HAS OBS CONTEXT", value_type
    item.ConceptNameCodeSequence = Items([_code(code, "DCM", "Tracking")])
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def in_pixels(image: Dataset, graphic: str, points: Any) -> Dataset:
    """A graphic in pixels (column, row) of an image; 0.5 is the first pixel's middle."""
    item = Dataset()
    item.RelationshipType, item.ValueType, item.GraphicType = "CONTAINS", "SCOORD", graphic
    item.GraphicData = np.asarray(points, float).ravel().tolist()
    reference = Dataset()
    reference.RelationshipType, reference.ValueType = "SELECTED FROM", "IMAGE"
    reference.ReferencedSOPSequence = Items([_image(image)])
    item.ContentSequence = Items([reference])
    return item


def in_mm(frame_uid: str, graphic: str, points: Any) -> Dataset:
    """A graphic in mm of a frame of reference."""
    item = Dataset()
    item.RelationshipType, item.ValueType, item.GraphicType = "CONTAINS", "SCOORD3D", graphic
    item.GraphicData = np.asarray(points, float).ravel().tolist()
    item.ReferencedFrameOfReferenceUID = frame_uid
    return item


def _image(image: Dataset) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = image.SOPClassUID
    reference.ReferencedSOPInstanceUID = image.SOPInstanceUID
    return reference


def state(slices: Sequence[Dataset], annotations: Sequence[tuple[Dataset, str, str, Any]]) -> Any:
    """A presentation state: annotations of (image, units, graphic, points)."""
    made = object_of(slices, STATE)
    made.Modality = "PR"
    items = []
    for image, units, graphic, points in annotations:
        annotation, drawn = Dataset(), Dataset()
        annotation.ReferencedImageSequence = Items([_image(image)])
        drawn.GraphicAnnotationUnits, drawn.GraphicType = units, graphic
        drawn.GraphicDimensions = 2
        drawn.GraphicData = np.asarray(points, float).ravel().tolist()
        drawn.NumberOfGraphicPoints = len(drawn.GraphicData) // 2
        annotation.GraphicObjectSequence = Items([drawn])
        items.append(annotation)
    made.GraphicAnnotationSequence = Items(items)
    return made


def saved(made: Dataset, path: Path) -> Path:
    """Write an object."""
    made.save_as(path, enforce_file_format=True)
    return path
