"""The rows of lesions.csv and recist.csv, which hcuch.json holds, too."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from clinic.follow_up.labels import LesionType
from clinic.follow_up.recist import Category

__all__ = ["Comparison", "Corners", "Lesion", "Record"]

Corners = tuple[tuple[float, float], ...]


class Record(BaseModel):
    """An object in hcuch.json; NaN and infinity are written as null."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, ser_json_inf_nan="null")


class Lesion(Record):
    """One instance: a connected part of one value of a mask."""

    series: str
    """Name of its files, without suffix."""
    patient: str
    """Number of the patient."""
    region: str
    """Folder: thorax or abdomen."""
    subset: str
    """Folder: train or test."""
    value: int
    """Foreground value in the mask."""
    component: int
    """Counted from 1 within the value, the largest first."""
    type: LesionType
    """First part of the value's label: t (primary tumour), m (metastasis), n (adenopathy)."""
    location: str
    """Second part of the value's label: the organ or region."""
    voxels: int
    """How many voxels it has."""
    volume_ml: float
    """Voxels times the volume of one."""
    slices: int
    """How many axial slices it is in."""
    slice_mm: float
    """Distance between slices."""
    diameter_mm: float
    """Major axis of a tumour; minor axis of an adenopathy."""
    major_mm: float
    """Longer side of the smallest box around all its parts on the slice where that is longest."""
    minor_mm: float
    """Shorter side of that box."""
    slice_z: int
    """The widest axial slice, counted in the order of the LPS-oriented mask."""
    corners_yx: Corners
    """Of the minimum-area box on that slice, in its pixels."""
    study_date: date | None = None
    """From series.json; blank without it."""
    slice_thickness_mm: float | None = None
    """From series.json; blank without it."""


class Comparison(Record):
    """One row of the radiologists' table beside the mask."""

    patient: str
    """Number of the patient."""
    alias: str
    """Letter that names the lesion in all of the patient's studies."""
    study_date: date
    """Day of the study."""
    study_order: str
    """baseline, follow-up-1, and so on."""
    series: str
    """Name of the series' files, without suffix."""
    value: int | None
    """Foreground value in the mask; blank where the lesion is gone."""
    type: LesionType | None = None
    """First part of the value's label."""
    location: str | None = None
    """Second part of the value's label."""
    reported_mm: float | None
    """Diameter that the radiologists measured."""
    measured_mm: float | None = None
    """Diameter of the mask, as diameter_mm in lesions.csv."""
    reported_category: Category | None = None
    """What RECIST 1.1 calls a lesion of the reported diameter."""
    measured_category: Category | None = None
    """What RECIST 1.1 calls a lesion of the mask's diameter."""
    note: str = ""
    """What is odd about the row; blank otherwise."""
