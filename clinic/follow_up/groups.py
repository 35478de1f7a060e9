"""The groups that the data set's paper reports: medians, and volume against diameter."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clinic.follow_up.findings import GroupSummary, Lesion

__all__ = ["GROUPS", "summarise_groups"]

_FEWEST_RANKED = 3


@dataclass(frozen=True)
class Group:
    """Some of the lesions, with the published figures where there are any."""

    name: str
    holds: Callable[[Lesion], bool]
    published_median_mm: float | None = None
    published_spearman: float | None = None


def _tumour_in(location: str) -> Callable[[Lesion], bool]:
    return lambda lesion: not lesion.type.is_node and lesion.location == location


GROUPS = (
    Group("all", lambda _: True, published_spearman=0.92),
    Group("adenopathies", lambda lesion: lesion.type.is_node, 11.2, 0.91),
    Group("liver", _tumour_in("liver"), 14.2, 0.96),
    Group("lung", _tumour_in("lung"), 9.8, 0.95),
)
"""Published figures: the data set's description (Zenodo record 17788162)."""


def summarise_groups(lesions: Sequence[Lesion]) -> tuple[GroupSummary, ...]:
    """Summarise the published groups, then every other location of tumours."""
    known = {"liver", "lung"}
    others = sorted({x.location for x in lesions if not x.type.is_node} - known)
    groups = [*GROUPS, *(Group(location, _tumour_in(location)) for location in others)]
    return tuple(_summary(group, [x for x in lesions if group.holds(x)]) for group in groups)


def _summary(group: Group, lesions: Sequence[Lesion]) -> GroupSummary:
    diameters = [lesion.diameter_mm for lesion in lesions]
    volumes = [lesion.volume_ml for lesion in lesions]
    return GroupSummary(
        name=group.name,
        lesions=len(lesions),
        median_diameter_mm=statistics.median(diameters) if lesions else None,
        median_volume_ml=statistics.median(volumes) if lesions else None,
        spearman=spearman(volumes, diameters),
        published_median_mm=group.published_median_mm,
        published_spearman=group.published_spearman,
    )


def spearman(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Correlate ranks, equal values sharing the mean of theirs (C. Spearman, 1904).

    None for fewer than three pairs, and where all values of one side are equal.
    """
    from scipy.stats import spearmanr  # noqa: PLC0415  (--help needs none of it)

    if len(a) < _FEWEST_RANKED or len(set(a)) == 1 or len(set(b)) == 1:
        return None
    return float(spearmanr(a, b).statistic)
