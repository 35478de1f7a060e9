"""What a reader finds: cases, each a scan with its mask or with measurements."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from training.data.cases.series import DicomSeries, PngSeries
from training.data.splits import CaseKey, Part

__all__ = [
    "Case",
    "DicomSeries",
    "Found",
    "InstanceRule",
    "LesionClass",
    "Line",
    "Measurement",
    "PngSeries",
    "Point",
    "Readings",
]

Point = tuple[float, float]
"""Column and row (x, y) of an axial slice, as the file has it, in pixels from 0."""

Line = tuple[Point, Point]


@dataclass(frozen=True)
class LesionClass:
    """The values of a mask that mean lesions of one type.

    Attributes:
        lesion_type: such as `liver`.
        values: the mask's values; None means every value but 0.
        limit: which ellipse axis must not be under the size limit (short for lymph nodes).
    """

    lesion_type: str
    values: tuple[int, ...] | None = None
    limit: Literal["long", "short"] = "long"


@dataclass(frozen=True)
class InstanceRule:
    """How lesions are told apart in a mask.

    Attributes:
        kind: `components` (each connected component is a lesion), `labels` (each value is one,
            and its number) or `largest` (only the largest component counts).
        connectivity: 6 or 26 neighbours.
        min_voxels: smaller components are no lesions.
    """

    kind: Literal["components", "labels", "largest"] = "components"
    connectivity: Literal[6, 26] = 6
    min_voxels: int = 1


@dataclass(frozen=True)
class Measurement:
    """The two diameters of a lesion, drawn on one axial slice.

    Attributes:
        long: end points of the long diameter.
        short: end points of the short diameter.
        slice_index: the slice, counted along the file's third axis; None where `slice_file` says.
        slice_file: a DICOM file of the measured slice.
        box: (x0, y0, x1, y1), first and last column and row of the box given with it.
        windows_hu: lowest and highest HU of the windows that the reader used.
        lesion_type: such as `liver`.
    """

    long: Line
    short: Line
    slice_index: int | None = None
    slice_file: Path | None = None
    box: tuple[float, float, float, float] | None = None
    windows_hu: tuple[tuple[float, float], ...] = ()
    lesion_type: str = "various"


@dataclass(frozen=True)
class Readings:
    """What several readers drew in one scan.

    Attributes:
        masks: a mask per reader, with another value for every nodule (LNDb).
        outlines: of all readers in one file (LIDC).
    """

    masks: tuple[Path, ...] = ()
    outlines: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The files."""
        return (*self.masks, self.outlines) if self.outlines else self.masks


@dataclass(frozen=True)
class Case:
    """One scan and what is known of its lesions.

    Attributes:
        name: tells it from all others, and begins its VOIs' names (for a VOI, is its name).
        dataset: the data set's name, as the challenge's tables have it.
        patient: the same in all cases of a patient.
        challenge_number: the patient's number in the challenge's list, where the name tells it.
        image: the scan.
        mask: its mask, if there is one.
        classes: which values of the mask are lesions.
        declared: all values that the mask may have, where its data set says so; else None.
        rule: how lesions are told apart.
        measurements: of lesions that are measured on one slice, in place of a mask.
        readings: what several readers drew, in place of a mask.
        voi_lesion: for a case that is a VOI already, its lesion's number; else None.
        series: the scan, where several cases are of one; by default the case's name.
        released_part: the part that the data set itself puts it in; None where it does not.
        attributes: what else is known of it, for lesions.csv.
    """

    name: str
    dataset: str
    patient: str
    image: Path | PngSeries | DicomSeries
    mask: Path | None = None
    challenge_number: int | None = None
    classes: tuple[LesionClass, ...] = (LesionClass("lesion"),)
    declared: tuple[int, ...] | None = None
    rule: InstanceRule = field(default_factory=InstanceRule)
    measurements: tuple[Measurement, ...] = ()
    readings: Readings | None = None
    voi_lesion: int | None = None
    series: str = ""
    released_part: Part | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The digest of all that is said of it: it changes with a row of a table, or a label."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def key(self) -> CaseKey:
        """What decides in which part it is."""
        return CaseKey(self.dataset, self.patient, self.challenge_number, self.released_part)


@dataclass(frozen=True)
class Found:
    """The cases of a folder, and what was left out and why.

    Attributes:
        cases: sorted by name.
        without_mask: images that have no mask (or no measurement).
        without_image: masks (or measurements) that have no image.
        skipped: by reason, what the data set's own tables say not to use.
        damaged: by place, what is wrong with rows of its tables that were left out.
    """

    cases: tuple[Case, ...]
    without_mask: tuple[Path, ...] = ()
    without_image: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    damaged: Mapping[str, str] = field(default_factory=dict)
