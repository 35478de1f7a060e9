"""What is written down of every finished case, and in the end in the manifest."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.data.splits import Part

__all__ = [
    "CaseRecord",
    "InputFile",
    "LesionRecord",
    "Measured",
    "VoiRecord",
    "input_files",
    "read_record",
]

Triple = tuple[float, float, float]
Voxel = tuple[int, int, int]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputFile(_Record):
    """A file that a case was made of, and how to notice that it changed since."""

    path: str
    bytes: int
    mtime_ns: int
    sha256: str


class VoiRecord(_Record):
    """The two files of one VOI; paths are relative to the output folder."""

    name: str
    image: str
    label: str
    click_zyx: Voxel
    """Of the scan, oriented to RAS."""
    cut_off: bool
    """Whether a part of the lesion lies outside the VOI."""
    label_voxels: int
    image_sha256: str
    label_sha256: str
    image_bytes: int
    label_bytes: int


class Measured(_Record):
    """Two diameters as somebody measured them."""

    long_px: float
    short_px: float
    long_mm: float
    short_mm: float


class LesionRecord(_Record):
    """One lesion: its place in the scan, its size, and its VOIs.

    `long_axis_px` and `short_axis_px` are measured as the evaluation does (`uls.geometry.axes`), on
    slice `slice_z`; for a lesion that was measured on one slice they are those of its pseudo-mask.
    `ellipse_long_px` and `ellipse_short_px` are the axes that the size limit goes by
    (`training.data.cases.ellipse_axes`). `group` is the type's (`training.data.cases.groups`).
    """

    name: str
    number: int
    value: int
    type: str
    group: str
    voxels: int
    volume_mm3: float
    long_axis_px: float
    short_axis_px: float
    ellipse_long_px: float
    ellipse_short_px: float
    slice_z: int
    source: str = "annotation"
    candidate_errors: dict[str, float | None] = {}
    """For pseudo-masks: per candidate its error in percent, handicap included."""
    measured: Measured | None = None
    vois: Annotated[tuple[VoiRecord, ...], Field(min_length=1)]


class CaseRecord(_Record):
    """One scan: what it was made of and what became of its lesions."""

    case: str
    case_sha256: str
    series: str
    dataset: str
    patient: str
    challenge_number: int | None
    part: Part
    spacing_mm: Triple
    shape_zyx: Voxel
    """Of the scan, oriented to RAS."""
    image: str
    mask: str | None
    inputs: tuple[InputFile, ...]
    lesions: tuple[LesionRecord, ...]
    dropped: dict[str, tuple[str, ...]]
    """By reason, the lesions that got no VOI."""
    notes: tuple[str, ...] = ()
    attributes: dict[str, str] = {}


def input_files(paths: tuple[Path, ...], sums: tuple[str, ...]) -> tuple[InputFile, ...]:
    """Note files with their sizes and times."""
    return tuple(
        InputFile(
            path=str(path),
            bytes=path.stat().st_size,
            mtime_ns=path.stat().st_mtime_ns,
            sha256=sha256,
        )
        for path, sha256 in zip(paths, sums, strict=True)
    )


def read_record(path: Path) -> CaseRecord | None:
    """Read a case's record; None where there is none, or one of an older form."""
    try:
        return CaseRecord.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
