"""Tables 1 to 3 and figure 1: the patients, how they were scanned, and what was found in them."""

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clinic.follow_up.dataset import Series
from clinic.follow_up.findings import Findings, Lesion
from training.paper.kit.grid import Histogram, grid
from training.paper.kit.items import Item
from uls.images.grid import Geometry
from uls.images.image_header import read_geometry
from uls.report.page import UNKNOWN, Table

__all__ = ["PUBLISHED_COUNTS", "cohort_items"]

PUBLISHED_COUNTS = {"patients": 22, "series": 58, "lesions": 1246, "RECIST measurements": 82}
"""Of the released data set (Zenodo record 17788162)."""

_TABLE_1 = "Table 1: patients"
_TABLE_2 = "Table 2: acquisition"
_TABLE_3 = "Table 3: lesions by kind and place"
_FIGURE_1 = "Figure 1: pixel sizes and slice counts"
_TYPES = {"t": "primary tumour", "m": "metastasis", "n": "adenopathy"}


@dataclass(frozen=True)
class _Scan:
    """A series and where its mask lies."""

    series: Series
    geometry: Geometry


def cohort_items(findings: Findings, series: Sequence[Series]) -> list[Item]:
    """Make the four items.

    Raises:
        InputError: a mask's header cannot be read.
    """
    scans = [_Scan(one, read_geometry(one.mask)) for one in series]
    return [_patients(findings), _acquisition(scans), _kinds(findings.lesions), _sizes(scans)]


def _patients(findings: Findings) -> Item:
    counts = findings.counts
    there = {
        "patients": counts.patients,
        "series": counts.series,
        "lesions": counts.lesions,
        "RECIST measurements": counts.measurements,
    }
    rows = [(name, f"{count}", f"{PUBLISHED_COUNTS[name]}") for name, count in there.items()]
    people = findings.described
    ages = [one.age for one in people if one.age is not None]
    if ages:
        spread = f" ± {statistics.stdev(ages):.1f}" if len(ages) > 1 else ""
        text = f"{statistics.fmean(ages):.1f}{spread} ({min(ages):g} to {max(ages):g})"
        rows.append(("age, years: mean ± SD (range)", text, UNKNOWN))
    for name, of in (("sex", "sex"), ("diagnosis", "diagnosis")):
        known = Counter(getattr(one, of) for one in people if getattr(one, of))
        rows += [
            (f"{name}: {value}", f"{count} ({100 * count / len(people):.0f} %)", UNKNOWN)
            for value, count in sorted(known.items(), key=lambda item: (-item[1], item[0]))
        ]
    caption = "" if people else "Without patients.csv: no age, sex and diagnosis."
    return Item(
        key="table-1",
        title=_TABLE_1,
        caption=caption,
        tables={"": Table(headings=("", "here", "published"), rows=rows)},
    )


def _acquisition(scans: Sequence[_Scan]) -> Item:
    regions = sorted({scan.series.region for scan in scans})
    columns = [scans, *([s for s in scans if s.series.region == region] for region in regions)]
    measures: dict[str, Callable[[_Scan], float | None]] = {
        "pixel size, mm": lambda scan: scan.geometry.spacing_xyz[0],
        "distance between slices, mm": lambda scan: scan.geometry.spacing_xyz[2],
        "slice thickness, mm": lambda scan: (
            scan.series.entry.slice_thickness_mm if scan.series.entry else None
        ),
        "slices": lambda scan: scan.geometry.size_xyz[2],
        "rows": lambda scan: scan.geometry.size_xyz[1],
        "columns": lambda scan: scan.geometry.size_xyz[0],
    }
    rows = [("series", *(f"{len(column)}" for column in columns))]
    rows += [
        (name, *(_median_range([measure(scan) for scan in column]) for column in columns))
        for name, measure in measures.items()
    ]
    return Item(
        key="table-2",
        title=_TABLE_2,
        caption="Median (smallest to largest), from the masks' headers; the thickness from "
        "series.json.",
        tables={"": Table(headings=("", "all", *regions), rows=rows)},
    )


def _median_range(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return UNKNOWN
    return f"{statistics.median(known):.4g} ({min(known):.4g} to {max(known):.4g})"


def _kinds(lesions: Sequence[Lesion]) -> Item:
    subsets = sorted({lesion.subset for lesion in lesions}, reverse=True)
    counts = Counter((x.type.value, x.location, x.subset) for x in lesions)
    patients = {
        key: len({x.patient for x in lesions if (x.type.value, x.location) == key})
        for key in {(x.type.value, x.location) for x in lesions}
    }
    rows = [
        (
            *(_TYPES[kind], place, f"{patients[kind, place]}"),
            *(f"{counts[kind, place, subset]}" for subset in subsets),
            f"{sum(counts[kind, place, subset] for subset in subsets)}",
        )
        for kind, place in sorted(patients, key=lambda key: ("tmn".index(key[0]), key[1]))
    ]
    if not rows:
        return Item(key="table-3", title=_TABLE_3, not_made="no lesion in the masks")
    totals = [sum(int(row[at]) for row in rows) for at in range(3, len(rows[0]))]
    everybody = len({lesion.patient for lesion in lesions})
    rows.append(("all", "", f"{everybody}", *map(str, totals)))
    headings = ("kind", "place", "patients", *subsets, "lesions")
    return Item(
        key="table-3",
        title=_TABLE_3,
        caption="26-connected components of a value, smaller ones left out as the report says.",
        tables={"": Table(headings=headings, rows=rows, words=2)},
    )


def _sizes(scans: Sequence[_Scan]) -> Item:
    regions = sorted({scan.series.region for scan in scans})

    def panel(title: str, label: str, measure: Callable[[Geometry], float]) -> Histogram:
        series = {
            region: [measure(s.geometry) for s in scans if s.series.region == region]
            for region in regions
        }
        return Histogram(title=title, label=label, series=series, what="series", bins=15)

    panels = [
        panel("Pixel size", "pixel size (mm)", lambda one: one.spacing_xyz[0]),
        panel("Distance of slices", "distance (mm)", lambda one: one.spacing_xyz[2]),
        panel("Slices", "slices", lambda one: one.size_xyz[2]),
    ]
    return Item(
        key="figure-1", title=_FIGURE_1, caption="Dashed: medians.", plots={"": grid(panels)}
    )
