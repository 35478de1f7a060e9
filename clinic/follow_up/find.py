"""The whole reading of the data set, top to bottom: series, instances, diameters, follow-up."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from clinic.follow_up.compare import agreements, category_changes, compare_rows
from clinic.follow_up.dataset import Series, find_series
from clinic.follow_up.findings import Counts, Findings
from clinic.follow_up.groups import summarise_groups
from clinic.follow_up.measure import SMALLEST_VOXELS, Measured, measure_series
from clinic.follow_up.metadata import PATIENTS_FILE, Person, read_people
from clinic.follow_up.min_area_box import Extent
from clinic.follow_up.people import described, people_warnings
from clinic.follow_up.recist_table import RECIST_FILE, Measurement, read_measurements
from clinic.follow_up.tables import find_table
from clinic.follow_up.tracking import follow, response_changes, tracking_warnings
from uls.workshop.progress import progress

__all__ = ["find", "read_rows"]

_log = logging.getLogger(__name__)


def find(
    root: Path,
    *,
    extent: Extent = Extent.BORDERS,
    smallest_voxels: int = SMALLEST_VOXELS,
    workers: int = 1,
) -> tuple[Findings, tuple[Series, ...]]:
    """Measure the data set; also gives the series, for pictures of them.

    Args:
        root: the data set's folder.
        extent: whether pixels are squares or points where lengths are measured.
        smallest_voxels: components with fewer are removed.
        workers: processes that measure series side by side.

    Raises:
        InputError: a folder, a file or an entry is missing or damaged; the message names it.
    """
    rows, without = read_rows(root)
    people = _read_people(root)
    series = find_series(root)
    _log.info("%s: %d series, %d RECIST measurements", root, len(series), len(rows))
    measure = partial(measure_series, extent=extent, smallest_voxels=smallest_voxels)
    measured = tuple(_each(measure, series, workers))
    warnings = [*without, *people_warnings(people, series, rows)] if people else without
    findings = _findings(rows, measured, warnings, extent, smallest_voxels)
    return findings.model_copy(
        update={"described": described(people, findings.lesions, series)}
    ), series


def _read_people(root: Path) -> dict[str, Person]:
    table = find_table(root, PATIENTS_FILE)
    return {} if table is None else read_people(table)


def read_rows(root: Path) -> tuple[tuple[Measurement, ...], list[str]]:
    """Read the radiologists' table; without one there are no rows, and a warning."""
    table = find_table(root, RECIST_FILE)
    if table is not None:
        return read_measurements(table), []
    return (), [f"{root} holds no {RECIST_FILE}: nothing to compare with, nothing to follow"]


def _each(
    measure: "partial[Measured]", series: Sequence[Series], workers: int
) -> Iterator[Measured]:
    """Measure all series, in their order, and show how many are done."""
    shown = partial(progress, about="Measuring", total=len(series), unit="series")
    if workers == 1:
        yield from shown(map(measure, series))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from shown(pool.map(measure, series))


def _findings(
    rows: Sequence[Measurement],
    measured: Sequence[Measured],
    warnings: Sequence[str],
    extent: Extent,
    smallest_voxels: int,
) -> Findings:
    lesions = tuple(lesion for part in measured for lesion in part.lesions)
    comparisons = compare_rows(rows, measured)
    patients = follow(comparisons, lesions)
    of_series = [warning for part in measured for warning in part.warnings]
    return Findings(
        extent=extent,
        smallest_voxels=smallest_voxels,
        counts=Counts(
            series=len(measured),
            patients=len({part.series.patient for part in measured}),
            lesions=len(lesions),
            too_small=sum(part.too_small for part in measured),
            measurements=len(rows),
        ),
        groups=summarise_groups(lesions),
        agreement=agreements(comparisons),
        categories=category_changes(comparisons),
        responses=response_changes(patients),
        patients=patients,
        comparisons=comparisons,
        lesions=lesions,
        warnings=(*warnings, *of_series, *tracking_warnings(patients)),
    )
