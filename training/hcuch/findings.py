"""What a report of the data set holds: the contents of hcuch.json."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from evaluation.analysis.sections import BlandAltman
from training.hcuch.labels import LesionType
from training.hcuch.min_area_box import Extent
from training.hcuch.recist import Category, Response

__all__ = [
    "Agreement",
    "CategoryChange",
    "Comparison",
    "Corners",
    "Counts",
    "Findings",
    "GroupSummary",
    "Lesion",
    "Patient",
    "ResponseChange",
    "Visit",
]

Corners = tuple[tuple[float, float], ...]


class _Record(BaseModel):
    """An object in hcuch.json; NaN and infinity are written as null."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, ser_json_inf_nan="null")


class Lesion(_Record):
    """One instance: a connected part of one value of a mask."""

    series: str
    patient: str
    region: str
    subset: str
    value: int
    """Foreground value in the mask."""
    component: int
    """Counted from 1 within the value, the largest first."""
    type: LesionType
    location: str
    voxels: int
    volume_ml: float
    slices: int
    slice_mm: float
    """Distance between slices."""
    diameter_mm: float
    """Major axis of a tumour; minor axis of an adenopathy."""
    major_mm: float
    minor_mm: float
    slice_z: int
    """The widest axial slice, counted in the order of the LPS-oriented mask."""
    corners_yx: Corners
    """Of the minimum-area box on that slice, in its pixels."""


class Counts(_Record):
    """How much there is."""

    series: int
    patients: int
    lesions: int
    too_small: int
    """Components under the least number of voxels, which are in no other figure."""
    measurements: int


class GroupSummary(_Record):
    """The lesions of one group, and what was published of it."""

    name: str
    lesions: int
    median_diameter_mm: float | None = None
    median_volume_ml: float | None = None
    spearman: float | None = None
    """Of volume and diameter; null of fewer than three lesions, or where all are equal."""
    published_median_mm: float | None = None
    published_spearman: float | None = None


class Comparison(_Record):
    """One row of the radiologists' table beside the mask."""

    patient: str
    alias: str
    study_date: date
    study_order: str
    series: str
    value: int | None
    type: LesionType | None = None
    location: str | None = None
    reported_mm: float | None
    measured_mm: float | None = None
    reported_category: Category | None = None
    measured_category: Category | None = None
    note: str = ""


class Agreement(_Record):
    """Measured − reported diameters of some lesions."""

    name: str
    mm: BlandAltman
    percent: BlandAltman
    """Of the mean of both."""


class CategoryChange(_Record):
    """How often one reported category became one measured category."""

    reported: Category
    measured: Category
    count: int


class Visit(_Record):
    """One study of a patient by either measurement."""

    study_date: date
    study_order: str
    reported_sum_mm: float | None
    measured_sum_mm: float | None
    reported_response: Response
    measured_response: Response
    reported_mm: dict[str, float]
    """Diameters by alias."""
    measured_mm: dict[str, float]
    volume_ml: dict[str, float]
    new: tuple[str, ...]
    missing: tuple[str, ...]
    """Aliases of the baseline without a reported diameter here."""


class Patient(_Record):
    """The target lesions of one patient over time."""

    patient: str
    visits: tuple[Visit, ...]


class ResponseChange(_Record):
    """How often one response by reported diameters is another by measured ones."""

    reported: Response
    measured: Response
    count: int


class Findings(_Record):
    """All of hcuch.json."""

    extent: Extent
    smallest_voxels: int
    counts: Counts
    groups: tuple[GroupSummary, ...]
    agreement: tuple[Agreement, ...]
    categories: tuple[CategoryChange, ...]
    responses: tuple[ResponseChange, ...]
    patients: tuple[Patient, ...]
    comparisons: tuple[Comparison, ...]
    lesions: tuple[Lesion, ...]
    warnings: Annotated[tuple[str, ...], Field(default=())]
