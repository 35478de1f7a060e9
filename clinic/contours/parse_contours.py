"""Structure sets and segmentations: what is of use in their headers, as `document` has it."""

from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from clinic.contours.document import (
    MOST_PIXELS,
    Contour,
    Frame,
    Named,
    Segmentation,
    Structure,
    StructureSet,
    UnusableError,
)  # fmt: skip
from clinic.dicom.patient import IDENTITY
from clinic.dicom.pixels import FileError, find_pixels

__all__ = [
    "identity", "named_segments", "named_structures", "numbers_of", "segmentation",
    "structure_set",
]  # fmt: skip

_PLAIN = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}
_MOST_FRAMES = 100_000
_SAME = 1e-4


def identity(dataset: Any) -> dict[str, str]:
    """Give what tells the patient from others; it stays in memory, and is never shown."""
    return {keyword: str(dataset.get(keyword, "") or "") for keyword in IDENTITY}


def numbers_of(dataset: Any, keyword: str) -> Any:
    """Give the numbers of an element, as an array; none where it is not there.

    Decimals are taken from the text as it is stored: millions of pydicom's own take gigabytes.
    """
    raw = dataset.get_item(keyword)
    value = getattr(raw, "value", None)
    if isinstance(value, bytes) and str(getattr(raw, "VR", "")) in ("DS", "None", "UN"):
        return np.array([float(part) for part in value.split(b"\\") if part.strip(b" \0")])
    value = dataset.get(keyword)
    if value is None:
        return np.zeros(0)
    return np.array([value] if np.isscalar(value) else list(value), np.float64).ravel()


def named_structures(dataset: Any) -> list[Named]:
    """List the ROIs of a structure set."""
    found = dataset.get("StructureSetROISequence") or []
    return [Named(number=int(r.ROINumber), name=str(r.get("ROIName", ""))) for r in found]


def structure_set(dataset: Any, wanted: Sequence[Named]) -> StructureSet:
    """Give a structure set with those of its ROIs that are wanted."""
    frames = {
        int(r.ROINumber): str(r.get("ReferencedFrameOfReferenceUID", ""))
        for r in dataset.StructureSetROISequence
    }
    drawn: dict[int, list[Contour]] = {}
    numbers = {named.number for named in wanted}
    for item in dataset.get("ROIContourSequence") or []:
        number = int(item.ReferencedROINumber)
        if number in numbers:
            contours = [_contour(c) for c in item.get("ContourSequence") or []]
            drawn.setdefault(number, []).extend(contours)
    structures = [
        Structure(
            number=named.number,
            name=named.name,
            frame_uid=frames[named.number],
            contours=drawn.get(named.number, []),
        )
        for named in wanted
    ]
    return StructureSet(identity=identity(dataset), structures=structures)


def _contour(item: Any) -> Contour:
    points = numbers_of(item, "ContourData")
    if len(points) % 3:
        raise ValueError("places that are not of three numbers")
    return Contour(kind=str(item.get("ContourGeometricType", "")), points=points)


def named_segments(dataset: Any) -> list[Named]:
    """List the segments of a segmentation; a label map's background is none."""
    found = dataset.get("SegmentSequence") or []
    named = [Named(number=int(s.SegmentNumber), name=str(s.get("SegmentLabel", ""))) for s in found]
    return [segment for segment in named if segment.number > 0]


def segmentation(dataset: Any, file: BinaryIO, wanted: Sequence[Named]) -> Segmentation:
    """Give a segmentation with those of its segments that are wanted.

    Args:
        dataset: its header.
        file: read up to its pixels.
        wanted: its segments.

    Raises:
        UnusableError: its pixels are packed or not all there, or its frames of several directions.
    """
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", "") or "1.2.840.10008.1.2")
    if syntax not in _PLAIN:
        raise UnusableError("a packed segmentation; unpack it, for example by dcmconv or dcmdrle")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    if max(rows, columns) > MOST_PIXELS:
        raise UnusableError(f"frames of {rows:,} × {columns:,}: limit {MOST_PIXELS:,}")
    try:
        at, n_bytes = find_pixels(file, implicit=bool(dataset.is_implicit_VR), big_endian=False)
    except FileError as problem:
        raise UnusableError(f"a segmentation that {problem}") from problem
    per_frame = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    if at is None or not 0 < len(per_frame) <= _MOST_FRAMES:
        raise UnusableError("a segmentation without frames, or with too many")
    shared = (dataset.get("SharedFunctionalGroupsSequence") or [None])[0]
    turn = _same(per_frame, shared, "PlaneOrientation", "ImageOrientationPatient")
    row_mm, column_mm = _same(per_frame, shared, "PixelMeasures", "PixelSpacing")
    encoding = str(dataset.SegmentationType)
    return Segmentation.model_validate(
        {
            "identity": identity(dataset),
            "frame_uid": str(dataset.get("FrameOfReferenceUID", "")),
            "encoding": encoding,
            "most": int(dataset.get("MaximumFractionalValue") or 1),
            "rows": rows,
            "columns": columns,
            "bits": int(dataset.BitsAllocated),
            "orientation": turn,
            "row_mm": row_mm,
            "column_mm": column_mm,
            "slice_mm": _slice_mm(per_frame[0], shared),
            "segments": list(wanted),
            "frames": [_frame(f, shared, labels=encoding == "LABELMAP") for f in per_frame],
            "pixels_at": at,
            "pixels_bytes": n_bytes,
        }
    )


def _group(frame: Any, shared: Any, name: str) -> Any:
    found = frame.get(f"{name}Sequence") or (shared and shared.get(f"{name}Sequence"))
    return found[0] if found else None


def _of_frame(frame: Any, shared: Any, group: str, keyword: str) -> Any:
    return numbers_of(_group(frame, shared, group), keyword)


def _same(frames: Sequence[Any], shared: Any, group: str, keyword: str) -> list[float]:
    """Give numbers that all frames share."""
    numbers = [_of_frame(frame, shared, group, keyword) for frame in frames]
    if any(len(n) != len(numbers[0]) or abs(n - numbers[0]).max() > _SAME for n in numbers):
        raise UnusableError("a segmentation whose frames are not all of one direction and spacing")
    first: list[float] = numbers[0].tolist()
    return first


def _slice_mm(frame: Any, shared: Any) -> float:
    measures = _group(frame, shared, "PixelMeasures")
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        if value := float(measures.get(keyword) or 0):
            return value
    return 0.0


def _frame(frame: Any, shared: Any, *, labels: bool) -> Frame:
    number = 0
    if not labels:
        number = int(_group(frame, shared, "SegmentIdentification").ReferencedSegmentNumber)
    x, y, z = _of_frame(frame, shared, "PlanePosition", "ImagePositionPatient").tolist()
    return Frame(segment=number, position=(x, y, z))
