"""Structured reports and presentation states: their graphics, in groups that are one lesion each.

A report's groups are its measurement groups (TID 1500's container 125007); those with the same
tracking identifier are one lesion. A presentation state's are graphics with the same tracking
identifier, else those of one annotation. What lies in no group is a lesion of its own.
"""

from collections.abc import Iterator
from typing import Any

from clinic.contours.document import Mark, MarkGroup
from clinic.contours.parse_contours import numbers_of

__all__ = ["of_report", "of_state"]

_DEEPEST = 40
_MOST_ITEMS = 200_000
_GROUP = ("125007", "DCM")
_TRACKING_UID = ("112040", "DCM")
_TRACKING_NAME = ("112039", "DCM")

_Found = tuple[str, str, Mark]
"""Which lesion a graphic belongs to (by UID or place), its name, and the graphic."""


def of_report(dataset: Any) -> list[MarkGroup]:
    """Give the graphics of a structured report."""
    return _grouped(_walk(dataset, "", "", [0], 0))


def of_state(dataset: Any) -> list[MarkGroup]:
    """Give the graphics of a presentation state, but for those that are fixed to the screen."""
    return _grouped(_annotations(dataset))


def _grouped(found: Iterator[_Found]) -> list[MarkGroup]:
    names: dict[str, str] = {}
    marks: dict[str, list[Mark]] = {}
    for key, name, mark in found:
        names.setdefault(key, name)
        marks.setdefault(key, []).append(mark)
    return [
        MarkGroup(number=number, name=names[key], marks=marks[key])
        for number, key in enumerate(marks, 1)
    ]


def _walk(item: Any, key: str, name: str, count: list[int], depth: int) -> Iterator[_Found]:
    """Go through the items of a report, its groups known from above."""
    content = item.get("ContentSequence") or []
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    for child in content:
        count[0] += 1
        if count[0] > _MOST_ITEMS:
            raise ValueError("too many items")
        value_type = str(child.get("ValueType", ""))
        inner_key, inner_name = key, name
        if value_type == "CONTAINER" and _code(child) == _GROUP:
            texts = {_code(c): c for c in child.get("ContentSequence") or []}
            uid, label = texts.get(_TRACKING_UID), texts.get(_TRACKING_NAME)
            inner_key = str(uid.get("UID", "")) if uid is not None else ""
            inner_key = inner_key or f"group {count[0]}"
            inner_name = str(label.get("TextValue", "")) if label is not None else ""
        elif value_type in ("SCOORD", "SCOORD3D"):
            yield key or f"item {count[0]}", name, _coordinates(child, value_type)
        yield from _walk(child, inner_key, inner_name, count, depth + 1)


def _code(item: Any) -> tuple[str, str]:
    concept = (item.get("ConceptNameCodeSequence") or [{}])[0]
    return str(concept.get("CodeValue", "")), str(concept.get("CodingSchemeDesignator", ""))


def _coordinates(item: Any, value_type: str) -> Mark:
    images = [
        str(reference.ReferencedSOPInstanceUID)
        for child in item.get("ContentSequence") or []
        for reference in child.get("ReferencedSOPSequence") or []
    ]
    return Mark(
        graphic=str(item.get("GraphicType", "")),
        points=numbers_of(item, "GraphicData"),
        images=images if value_type == "SCOORD" else [],
        frame_uid=str(item.get("ReferencedFrameOfReferenceUID", "")),
    )


def _annotations(dataset: Any) -> Iterator[_Found]:
    everywhere = [
        str(image.ReferencedSOPInstanceUID)
        for series in dataset.get("ReferencedSeriesSequence") or []
        for image in series.get("ReferencedImageSequence") or []
    ]
    for n, annotation in enumerate(dataset.get("GraphicAnnotationSequence") or [], 1):
        named = annotation.get("ReferencedImageSequence") or []
        images = [str(image.ReferencedSOPInstanceUID) for image in named] or everywhere
        for graphic in annotation.get("GraphicObjectSequence") or []:
            if str(graphic.get("GraphicAnnotationUnits", "")) != "PIXEL":
                continue
            key = str(graphic.get("TrackingUID", "")) or f"annotation {n}"
            yield (
                key,
                str(graphic.get("TrackingID", "")),
                Mark(
                    graphic=str(graphic.get("GraphicType", "")),
                    points=numbers_of(graphic, "GraphicData"),
                    images=images,
                ),
            )
