"""The radiologists' diameters beside those of the masks."""

from collections import Counter
from collections.abc import Sequence

from clinic.follow_up.dataset import Series
from clinic.follow_up.findings import Agreement, CategoryChange, Comparison, Lesion
from clinic.follow_up.measure import Measured
from clinic.follow_up.recist import Category, category
from clinic.follow_up.recist_table import RECIST_FILE, Measurement
from evaluation.analysis.agreement import bland_altman
from uls.images.stack import stack_name
from uls.workshop.errors import InputError

__all__ = ["agreements", "category_changes", "compare_rows", "lesion_of"]

_WHOLE_PERCENT = 200
"""Percent of the mean of two: 100 · difference / (sum / 2)."""


def compare_rows(
    rows: Sequence[Measurement], measured: Sequence[Measured]
) -> tuple[Comparison, ...]:
    """Put each row of the table beside its lesion in the mask.

    Raises:
        InputError: a row names a series, or a value of its mask, that there is not; or a patient
            other than the series'.
    """
    by_name = {key: part for part in measured for key in (part.series.uid, part.series.name)}
    return tuple(_comparison(row, by_name.get(stack_name(row.file))) for row in rows)


def lesion_of(value: int | None, measured: Measured) -> Lesion | None:
    """Give a value's lesion: the component with the largest diameter, should there be several."""
    lesions = [lesion for lesion in measured.lesions if lesion.value == value]
    return max(lesions, key=lambda lesion: lesion.diameter_mm, default=None)


def _comparison(row: Measurement, measured: Measured | None) -> Comparison:
    if measured is None:
        raise _row_error(row, "filename", "a series of the data set", repr(row.file))
    _check_row(row, measured.series)
    lesion = lesion_of(row.value, measured)
    label = measured.series.labels[row.value] if row.value is not None else None
    reported, found = row.diameter_mm, lesion.diameter_mm if lesion else None
    return Comparison(
        patient=measured.series.patient,
        alias=row.alias,
        study_date=row.study_date,
        study_order=row.study_order,
        series=measured.series.name,
        value=row.value,
        type=label.type if label else None,
        location=label.location if label else None,
        reported_mm=reported,
        measured_mm=found,
        reported_category=_category(reported, lesion),
        measured_category=_category(found, lesion),
        note=_note(row, measured, lesion),
    )


def _category(diameter_mm: float | None, lesion: Lesion | None) -> Category | None:
    """Give a diameter's category; None where there is none, or no lesion to tell its kind."""
    if diameter_mm is None or lesion is None:
        return None
    return category(
        diameter_mm,
        is_node=lesion.type.is_node,
        slice_mm=lesion.slice_thickness_mm or lesion.slice_mm,
    )


def _check_row(row: Measurement, series: Series) -> None:
    if str(row.patient) != series.patient:
        raise _row_error(row, "patient_id", f"{series.patient}, of {series.name}", f"{row.patient}")
    if row.value is not None and row.value not in series.labels:
        raise _row_error(
            row,
            "lesion_label_value",
            f"one of {sorted(series.labels)}, as labelled",
            f"{row.value}",
        )


def _row_error(row: Measurement, column: str, expected: str, found: str) -> InputError:
    return InputError.about(
        f"{RECIST_FILE}, line {row.line}, {column}", expected=expected, found=found
    )


def _note(row: Measurement, measured: Measured, lesion: Lesion | None) -> str:
    if row.value is None:
        return "no value in the mask"
    if lesion is None:
        return "no component of this value is large enough"
    parts = sum(other.value == row.value for other in measured.lesions)
    return f"{parts} parts; the one with the largest diameter counts" if parts > 1 else ""


def agreements(comparisons: Sequence[Comparison]) -> tuple[Agreement, ...]:
    """Compare all lesions that have both diameters, then tumours and adenopathies alone."""
    both = [c for c in comparisons if c.type and c.reported_mm and c.measured_mm]
    nodes = [c for c in both if c.type and c.type.is_node]
    tumours = [c for c in both if c not in nodes]
    parts = {"all": both, "tumours": tumours, "adenopathies": nodes}
    return tuple(_agreement(name, part) for name, part in parts.items())


def _agreement(name: str, comparisons: Sequence[Comparison]) -> Agreement:
    pairs = [(c.reported_mm or 0.0, c.measured_mm or 0.0) for c in comparisons]
    return Agreement(
        name=name,
        mm=bland_altman([found - reported for reported, found in pairs]),
        percent=bland_altman(
            [_WHOLE_PERCENT * (found - reported) / (found + reported) for reported, found in pairs]
        ),
    )


def category_changes(comparisons: Sequence[Comparison]) -> tuple[CategoryChange, ...]:
    """Count each pair of reported and measured category, those that agree too."""
    pairs = Counter(
        (c.reported_category, c.measured_category)
        for c in comparisons
        if c.reported_category and c.measured_category
    )
    return tuple(
        CategoryChange(reported=reported, measured=measured, count=count)
        for (reported, measured), count in sorted(pairs.items())
    )
