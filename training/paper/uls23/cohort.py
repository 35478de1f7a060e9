"""Figures A.7 and A.8: who was scanned, on what, when, and how finely, from a table of metadata."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from training.data.prepare.manifest import Manifest
from training.data.readers.base import read_table
from training.paper.kit.grid import Counts, Histogram, grid
from training.paper.kit.items import Item
from uls.workshop.errors import InputError

__all__ = ["COLUMNS", "cohort_items"]

COLUMNS = {
    "patient": "whoever the scan is of; age and sex count once for each",
    "age": "in years",
    "sex": "such as F, M",
    "scanner": "manufacturer or model",
    "study_date": "as 2019-02-20 or 20190220",
    "pixel_spacing_mm": "in the axial plane",
    "slice_spacing_mm": "between slices",
}
"""Of the table of metadata, a row a scan; only `patient` must be there."""

_PEOPLE = ("figure-a7", "Figure A.7: age, sex, scanner")
_SCANS = ("figure-a8", "Figure A.8: dates and spacing")
_YEAR = re.compile(r"(\d{4})-?\d{2}-?\d{2}")

_Rows = list[dict[str, str]]
_Panels = list[Histogram | Counts]


def cohort_items(metadata: Path | None, manifests: Sequence[Manifest]) -> list[Item]:
    """Make both items of what there is; spacings may also come from manifests.

    Raises:
        InputError: the table lacks the column `patient`, or holds what is no number or no date.
    """
    rows = read_table(metadata, ("patient",)) if metadata else []
    return [
        _item(_PEOPLE, _people(rows, metadata), f"needs --metadata with {_wanted('age')}"),
        _item(
            _SCANS,
            [*_dates(rows, metadata), *_spacings(rows, metadata, manifests)],
            f"needs --metadata with {_wanted('study_date')}, or --manifest for spacings",
        ),
    ]


def _wanted(first: str) -> str:
    columns = {"age": ("age", "sex", "scanner")}.get(
        first, ("study_date", "pixel_spacing_mm", "slice_spacing_mm")
    )
    return f"a column of {', '.join(columns)}"


def _item(name: tuple[str, str], panels: _Panels, needs: str) -> Item:
    key, title = name
    if not panels:
        return Item(key=key, title=title, not_made=needs)
    caption = "Dashed: medians." if any(isinstance(one, Histogram) for one in panels) else ""
    return Item(key=key, title=title, caption=caption, plots={"": grid(panels)})


def _people(rows: _Rows, path: Path | None) -> _Panels:
    once = list({row["patient"]: row for row in reversed(rows)}.values())
    panels: _Panels = []
    if ages := _numbers(once, "age", path):
        panels.append(
            Histogram(title="Age", label="age (years)", series={"": ages}, what="patients", bins=15)
        )
    for column, of, what in (("sex", once, "patients"), ("scanner", rows, "scans")):
        if counts := Counter(row[column].strip() for row in of if row.get(column, "").strip()):
            panels.append(Counts(title=column.capitalize(), counts=counts, what=what))
    return panels


def _dates(rows: _Rows, path: Path | None) -> _Panels:
    years: Counter[str] = Counter()
    for line, row in enumerate(rows, 2):
        if text := row.get("study_date", "").strip():
            match = _YEAR.fullmatch(text)
            if match is None:
                raise InputError.about(
                    f"{path}, line {line}, study_date",
                    expected="a date as 2019-02-20 or 20190220",
                    found=repr(text),
                )
            years[match[1]] += 1
    if not years:
        return []
    values = [float(year) for year, count in years.items() for _ in range(count)]
    first, last = min(values), max(values)
    return [
        Histogram(
            title="Study dates",
            label="year",
            series={"": values},
            what="scans",
            bins=int(last - first) + 1,
            limits=(first - 0.5, last + 0.5),
        )
    ]


def _spacings(rows: _Rows, path: Path | None, manifests: Sequence[Manifest]) -> _Panels:
    pixels = _numbers(rows, "pixel_spacing_mm", path)
    slices = _numbers(rows, "slice_spacing_mm", path)
    if not pixels and not slices:
        of_series = {
            (x.dataset, x.series): x.spacing_mm for manifest in manifests for x in manifest.lesions
        }
        pixels = [spacing[0] for spacing in of_series.values()]
        slices = [spacing[2] for spacing in of_series.values()]
    return [
        Histogram(title=title, label="spacing (mm)", series={"": values}, what="scans")
        for title, values in (("Pixel spacing", pixels), ("Slice spacing", slices))
        if values
    ]


def _numbers(rows: _Rows, column: str, path: Path | None) -> list[float]:
    """Read a column of numbers, blank cells left out."""
    values = []
    for line, row in enumerate(rows, 2):
        text = row.get(column, "").strip()
        try:
            values += [float(text)] if text else []
        except ValueError as error:
            raise InputError.about(
                f"{path}, line {line}, {column}", expected="a number", found=repr(text)
            ) from error
    return values
