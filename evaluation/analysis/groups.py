"""The lesions parted by type, training group, centre, size, …: Dice and axis errors of each part.

Size classes by the reference's long axis. In mm: 10 is RECIST 1.1's smallest measurable tumour, 15
its smallest measurable node, 20 its limit for chest X-rays, 30 the border between nodule and mass
(Fleischner Society), 50 a border of most T stages. In voxels: doublings from 10, between which the
challenge's data sets lie (their mean long axes are 12 to 64 voxels). Slices: 2.5 and 5 mm, the
usual reconstructions; above 5 mm RECIST asks for larger lesions. The choice of classes is ours.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from evaluation.analysis.detection import is_detected
from evaluation.results.metrics import Lesion
from evaluation.results.sections import Group, Grouping
from evaluation.results.shares import mean_std, share_of
from uls.statistics.recist import reaches

__all__ = ["group_by", "groupings", "size_class"]

LONG_AXIS_MM = (10, 15, 20, 30, 50)
LONG_AXIS_VOXELS = (10, 20, 40, 80)
SLICE_SPACING_MM = (1, 2.5, 5)

_ALWAYS_CATEGORIES = ("type", "group", "centre")
_MOST_CATEGORIES = 30

_Key = Callable[[Lesion], str | None]


def groupings(lesions: Sequence[Lesion]) -> list[Grouping]:
    """Part the lesions by each column of lesions.csv that has categories, by size and by slices."""
    by_column = [
        group_by(lesions, column, key=_value_of(column)) for column in _categories(lesions)
    ]
    by_measure = [
        _by_class(lesions, "long_axis_mm", LONG_AXIS_MM, lambda x: x.reference.long_axis_mm),
        _by_class(
            lesions, "long_axis_voxels", LONG_AXIS_VOXELS, lambda x: x.reference.long_axis_voxels
        ),
        _by_class(lesions, "slice_spacing_mm", SLICE_SPACING_MM, lambda x: x.spacing_mm[2]),
    ]
    return [*by_column, *by_measure]


def _categories(lesions: Sequence[Lesion]) -> list[str]:
    """List the columns whose values are categories; the three that always are come first."""
    columns = dict.fromkeys(column for lesion in lesions for column in lesion.attributes)
    others = [c for c in columns if c not in _ALWAYS_CATEGORIES and _has_categories(lesions, c)]
    return [*(c for c in _ALWAYS_CATEGORIES if c in columns), *others]


def _has_categories(lesions: Sequence[Lesion], column: str) -> bool:
    """Tell names that recur from names of single lesions, and from numbers."""
    values = [lesion.attributes[column] for lesion in lesions if column in lesion.attributes]
    distinct = set(values)
    recur = len(distinct) < len(values) and len(distinct) <= _MOST_CATEGORIES
    return recur and not all(_is_number(value) for value in distinct)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _value_of(column: str) -> _Key:
    return lambda lesion: lesion.attributes.get(column)


def group_by(lesions: Sequence[Lesion], by: str, *, key: _Key) -> Grouping:
    """Part the lesions by a name; those without one are only counted."""
    parts: dict[str, list[Lesion]] = {}
    for lesion in lesions:
        if (name := key(lesion)) is not None:
            parts.setdefault(name, []).append(lesion)
    return Grouping(
        by=by,
        source="lesions.csv",
        unknown=len(lesions) - sum(map(len, parts.values())),
        groups=[_group(name, parts[name]) for name in sorted(parts)],
    )


def _by_class(
    lesions: Sequence[Lesion],
    by: str,
    bounds: Sequence[float],
    measure: Callable[[Lesion], float],
) -> Grouping:
    """Part the lesions by the class of a figure that each of them has."""
    names = [size_class(bound, bounds) for bound in (bounds[0] - 1, *bounds)]
    grouping = group_by(lesions, by, key=lambda lesion: size_class(measure(lesion), bounds))
    groups = sorted(grouping.groups, key=lambda group: names.index(group.name))
    return grouping.model_copy(update={"source": "reference", "groups": groups})


def size_class(value: float, bounds: Sequence[float]) -> str:
    """Name the class of a value; each begins at its lower bound: `<10`, `10-15`, …, `>=50`."""
    if not reaches(value, bounds[0]):
        return f"<{bounds[0]:g}"
    for lower, upper in pairwise(bounds):
        if not reaches(value, upper):
            return f"{lower:g}-{upper:g}"
    return f">={bounds[-1]:g}"


def _group(name: str, lesions: Sequence[Lesion]) -> Group:
    return Group(
        name=name,
        lesions=len(lesions),
        dice=mean_std([lesion.dice for lesion in lesions]),
        long_axis_error=mean_std([lesion.long_axis_error for lesion in lesions]),
        short_axis_error=mean_std([lesion.short_axis_error for lesion in lesions]),
        detected=share_of(is_detected(lesion) for lesion in lesions),
    )
