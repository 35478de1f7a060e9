"""All tables and figures of the HCUCH paper, in its order, of the data set's folder."""

from collections.abc import Sequence
from pathlib import Path

from clinic.follow_up.find import find
from training.paper.hcuch.cohort import cohort_items
from training.paper.hcuch.cycle_items import cycle_items
from training.paper.hcuch.intensities import read_intensities
from training.paper.hcuch.lesions import correlation_item, density_item, size_item
from training.paper.hcuch.over_time import over_time_item
from training.paper.kit.items import Item

__all__ = ["ORDER", "gather"]

ORDER = (
    *("table-1", "table-2", "table-3", "table-4", "figure-1", "figure-2"),
    *("figure-5", "figure-5-correlation", "figure-6", "figure-7", "figure-8"),
)


def gather(data: Path, *, cycles: Sequence[tuple[str, Path]] = (), workers: int = 1) -> list[Item]:
    """Make every item, or say what it needs.

    Args:
        data: the data set's folder, as `clinic.follow_up` reads it.
        cycles: names, and folders of predicted masks named like the series.
        workers: processes that measure series.

    Raises:
        InputError: a file is missing or damaged.
    """
    findings, series = find(data, workers=workers)
    intensities = read_intensities(series, findings.lesions)
    items = [
        *cohort_items(findings, series),
        density_item(intensities),
        size_item(findings, intensities),
        correlation_item(findings, intensities),
        over_time_item(findings, series),
        *cycle_items(cycles, series),
    ]
    return sorted(items, key=lambda item: ORDER.index(item.key))
