"""LIDC's annotation files: outlines that up to four readers drew on the slices of a CT.

An outline's pixels lie just outside the nodule. A nodule under 3 mm is a single point, and gets no
mask. An outline with `inclusion` FALSE is a hole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from uls.workshop.errors import InputError

__all__ = ["Outline", "Reading", "drawn", "read_readings", "series_uid"]

_LARGEST_BYTES = 16 << 20
"""The released files have at most some hundred thousand bytes."""

_MOST_LEVELS = 32
_SERIES = re.compile(rb"<(?:CT)?SeriesInstanceUid>\s*([0-9.]+)\s*</", re.IGNORECASE)


@dataclass(frozen=True)
class Outline:
    """An outline on one slice.

    Attributes:
        instance: the UID of the slice's file.
        points_xy: its pixels, (column, row), from 0.
        inclusion: whether it surrounds the nodule, rather than a hole in it.
    """

    instance: str
    points_xy: tuple[tuple[int, int], ...]
    inclusion: bool


@dataclass(frozen=True)
class Reading:
    """The nodules of one reader, each as its outlines."""

    nodules: tuple[tuple[Outline, ...], ...]


@dataclass
class _Element:
    """An element of an XML file."""

    tag: str
    text: str = ""
    children: "list[_Element]" = field(default_factory=list)

    def all(self, tag: str) -> "list[_Element]":
        return [child for child in self.children if child.tag == tag]

    def text_of(self, tag: str) -> str:
        return next((child.text.strip() for child in self.all(tag)), "")


def series_uid(path: Path) -> str:
    """Return the UID of the series that an annotation file is about; empty for any other file.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            match = _SERIES.search(file.read(_LARGEST_BYTES))
    except OSError as error:
        raise InputError.about(path, expected="a readable file", found=str(error)) from error
    return match[1].decode() if match else ""


def read_readings(path: Path) -> list[Reading]:
    """Return what each reader drew.

    Raises:
        InputError: it is no such file, or a number in it is none.
    """
    root = _parse(path)
    if root.tag != "LidcReadMessage":
        raise InputError.about(path, expected="LIDC's annotations of a CT", found=f"<{root.tag}>")
    return [
        Reading(
            tuple(
                tuple(_outline(path, roi) for roi in nodule.all("roi"))
                for nodule in session.all("unblindedReadNodule")
            )
        )
        for session in root.all("readingSession")
    ]


def _outline(path: Path, roi: _Element) -> Outline:
    instance = roi.text_of("imageSOP_UID")
    try:
        points = tuple(
            (int(edge.text_of("xCoord")), int(edge.text_of("yCoord")))
            for edge in roi.all("edgeMap")
        )
    except ValueError as error:
        raise InputError.about(
            f"{path}, outline on {instance}", expected="pixels", found=str(error)
        ) from error
    inclusion = roi.text_of("inclusion").upper() or "TRUE"
    if not instance or inclusion not in ("TRUE", "FALSE"):
        raise InputError.about(
            f"{path}, outline on {instance or 'no slice'}",
            expected="its slice, and whether it includes",
            found=inclusion,
        )
    return Outline(instance, points, inclusion == "TRUE")


def drawn(outline: Outline, shape_yx: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Mark the pixels inside an outline; those that it runs through are outside.

    Raises:
        ValueError: a point lies outside the slice.
    """
    inside = np.zeros(shape_yx, dtype=np.bool_)
    points = np.array(outline.points_xy)
    if (points < 0).any() or (points >= shape_yx[::-1]).any():
        raise ValueError(f"pixels up to {tuple(points.max(axis=0).tolist())}")
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    rows, columns = np.mgrid[top : bottom + 1, left : right + 1]
    crossed = np.zeros(rows.shape, dtype=np.bool_)
    on_it = np.zeros(rows.shape, dtype=np.bool_)
    for (x0, y0), (x1, y1) in _edges(points):
        across = (x1 - x0) * (rows - y0) - (y1 - y0) * (columns - x0)
        between = (rows >= min(y0, y1)) & (rows <= max(y0, y1))
        between &= (columns >= min(x0, x1)) & (columns <= max(x0, x1))
        on_it |= (across == 0) & between
        spans = (rows >= min(y0, y1)) & (rows < max(y0, y1))
        crossed ^= spans & ((across > 0) if y1 > y0 else (across < 0))
    inside[top : bottom + 1, left : right + 1] = crossed & ~on_it
    return inside


def _edges(points: npt.NDArray[np.int_]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    pairs = [(int(x), int(y)) for x, y in points]
    yield from zip(pairs, [*pairs[1:], pairs[0]], strict=True)


def _parse(path: Path) -> _Element:
    """Parse a file of moderate size; what can make a parser swell or reach out is refused."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError.about(path, expected="a readable file", found=str(error)) from error
    if len(data) > _LARGEST_BYTES:
        expected = f"at most {_LARGEST_BYTES >> 20} MiB"
        raise InputError.about(path, expected=expected, found="a larger file")
    parser = expat.ParserCreate(namespace_separator="}")
    stack = [_Element("")]

    def start(name: str, _: object) -> None:
        if len(stack) > _MOST_LEVELS:
            raise ValueError("elements nested too deeply")
        element = _Element(name.rpartition("}")[2])
        stack[-1].children.append(element)
        stack.append(element)

    def text(characters: str) -> None:
        stack[-1].text += characters

    def doctype(*_: object) -> None:
        raise ValueError("a document type, which may declare entities")

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.EndElementHandler = lambda _: stack.pop()
    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise InputError.about(path, expected="an XML file", found=str(error)) from error
    return stack[0].children[0]
