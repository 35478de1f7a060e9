"""What the child process says of a DICOM object: what is laid on a scan, and nothing else.

It goes from process to process as JSON, so each end knows exactly what it may hold. Nothing here
has a `repr`: names and identifiers may hold the patient's.
"""

from base64 import b64decode, b64encode
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter

__all__ = [
    "MOST_PIXELS",
    "Contour", "Document", "Frame", "Mark", "MarkGroup", "Marks", "Named", "Points", "Segmentation",
    "Structure", "StructureSet", "UnusableError", "from_json",
]  # fmt: skip


MOST_PIXELS = 4096
"""Rows or columns of a frame."""


class UnusableError(Exception):
    """An object without anything of use; the message says what it is, and quotes nothing of it."""


def _unpacked(said: Any) -> npt.NDArray[np.float64]:
    if isinstance(said, str):
        said = np.frombuffer(b64decode(said, validate=True), "<f8")
    numbers = np.asarray(said, np.float64).ravel()
    if not np.isfinite(numbers).all():
        raise ValueError("numbers that are none")
    return numbers


def _packed(numbers: npt.NDArray[np.float64]) -> str:
    return b64encode(np.ascontiguousarray(numbers, "<f8").tobytes()).decode()


Points = Annotated[
    npt.NDArray[np.float64],
    BeforeValidator(_unpacked),
    PlainSerializer(_packed),
]
"""Coordinates one after the other; text of eight bytes a number on the way."""


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=True
    )

    def __repr__(self) -> str:
        return type(self).__name__


class Named(_Part):
    """Something with a number and a name: an ROI, a segment, a group of marks."""

    number: int
    name: str


class Contour(_Part):
    """A contour of an ROI: x, y, z in mm, LPS, point after point."""

    kind: str
    points: Points


class Structure(Named):
    """An ROI of a structure set, in its frame of reference."""

    frame_uid: str
    contours: list[Contour]


class StructureSet(_Part):
    """An RT Structure Set."""

    kind: Literal["structures"] = "structures"
    identity: dict[str, str]
    structures: list[Structure]


class Frame(_Part):
    """A frame of a segmentation: whose segment it is (0 in a label map), and where it begins."""

    segment: int
    position: tuple[float, float, float]


class Segmentation(_Part):
    """A DICOM segmentation, but for its pixels, of which it is said where they lie in the file."""

    kind: Literal["segmentation"] = "segmentation"
    identity: dict[str, str]
    frame_uid: str
    encoding: Literal["BINARY", "FRACTIONAL", "LABELMAP"]
    most: Annotated[int, Field(gt=0)]
    rows: Annotated[int, Field(gt=0, le=MOST_PIXELS)]
    columns: Annotated[int, Field(gt=0, le=MOST_PIXELS)]
    bits: Literal[1, 8, 16]
    orientation: tuple[float, float, float, float, float, float]
    row_mm: Annotated[float, Field(gt=0)]
    column_mm: Annotated[float, Field(gt=0)]
    slice_mm: Annotated[float, Field(ge=0)]
    segments: list[Named]
    frames: list[Frame]
    pixels_at: int
    pixels_bytes: int


class Mark(_Part):
    """A graphic: in pixels (column, row) of images, or in mm of a frame of reference."""

    graphic: str
    points: Points
    images: list[str] = []
    frame_uid: str = ""


class MarkGroup(Named):
    """The graphics of one lesion."""

    marks: list[Mark]


class Marks(_Part):
    """The graphics of a structured report or a presentation state."""

    kind: Literal["marks"] = "marks"
    identity: dict[str, str]
    groups: list[MarkGroup]


Document = Annotated[StructureSet | Segmentation | Marks, Field(discriminator="kind")]

_ADAPTER: TypeAdapter[StructureSet | Segmentation | Marks] = TypeAdapter(Document)


def from_json(text: bytes) -> StructureSet | Segmentation | Marks:
    """Read what the child process wrote.

    Raises:
        ValueError: it is none of that (pydantic's error is one).
    """
    return _ADAPTER.validate_json(text)
