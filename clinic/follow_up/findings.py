"""What a report of the data set holds: the contents of hcuch.json."""

from datetime import date
from typing import Annotated

from pydantic import Field

from clinic.follow_up.min_area_box import Extent
from clinic.follow_up.recist import Category, Response
from clinic.follow_up.records import Comparison, Corners, Lesion, Record
from evaluation.results.sections import BlandAltman

__all__ = [
    "Agreement",
    "CategoryChange",
    "Comparison",
    "Corners",
    "Counts",
    "Described",
    "Findings",
    "GroupSummary",
    "Lesion",
    "Patient",
    "ResponseChange",
    "Visit",
]


class Counts(Record):
    """How much there is."""

    series: int
    patients: int
    lesions: int
    too_small: int
    """Components under the least number of voxels, which are in no other figure."""
    measurements: int


class GroupSummary(Record):
    """The lesions of one group, and what was published of it."""

    name: str
    lesions: int
    median_diameter_mm: float | None = None
    median_volume_ml: float | None = None
    spearman: float | None = None
    """Of volume and diameter; null of fewer than three lesions, or where all are equal."""
    published_median_mm: float | None = None
    published_spearman: float | None = None


class Agreement(Record):
    """Measured − reported diameters of some lesions."""

    name: str
    mm: BlandAltman
    percent: BlandAltman
    """Of the mean of both."""


class CategoryChange(Record):
    """How often one reported category became one measured category."""

    reported: Category
    measured: Category
    count: int


class Visit(Record):
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


class Patient(Record):
    """The target lesions of one patient over time."""

    patient: str
    visits: tuple[Visit, ...]


class Described(Record):
    """What patients.csv says of a patient, and what there is of theirs."""

    patient: str
    series: int
    lesions: int
    sex: str | None = None
    age: float | None = None
    """Years."""
    diagnosis: str | None = None
    histology: str | None = None
    first_study_date: date | None = None


class ResponseChange(Record):
    """How often one response by reported diameters is another by measured ones."""

    reported: Response
    measured: Response
    count: int


class Findings(Record):
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
    described: tuple[Described, ...] = ()
    """Every patient, if there is a patients.csv."""
    warnings: Annotated[tuple[str, ...], Field(default=())]
