"""Lesions parted by a column, by size, by slices."""

import math

import pytest
from synthetic_lesions import lesion, measures

from evaluation.analysis.groups import LONG_AXIS_MM, groupings, size_class
from evaluation.results.metrics import Lesion
from evaluation.results.sections import Grouping


def by(lesions: list[Lesion], name: str) -> Grouping:
    (found,) = (grouping for grouping in groupings(lesions) if grouping.by == name)
    return found


def test_figures_of_a_group() -> None:
    """Dice 0.2 and 0.6: mean 0.4, deviation √(2·0.04) ≈ 0.2828."""
    lesions = [
        lesion(0.2, errors=(0.1, 0.3), type="lung"),
        lesion(0.6, errors=(0.3, 0.5), type="lung"),
        lesion(0.1, errors=(0.7, 0.8), type="bone"),
        lesion(0.9),
    ]
    grouping = by(lesions, "type")
    bone, lung = grouping.groups
    assert (grouping.source, grouping.unknown) == ("lesions.csv", 1)
    assert (bone.name, bone.lesions, bone.dice.mean, bone.dice.std) == ("bone", 1, 0.1, None)
    assert (lung.name, lung.lesions, lung.dice.count) == ("lung", 2, 2)
    assert lung.dice.mean == pytest.approx(0.4)
    assert lung.dice.std == pytest.approx(math.sqrt(0.08))
    assert lung.long_axis_error.mean == pytest.approx(0.2)
    assert lung.short_axis_error.mean == pytest.approx(0.4)
    assert (lung.detected.count, lung.detected.of) == (2, 2)
    assert (bone.detected.count, bone.detected.of) == (0, 1)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0, "<10"),
        (9.99, "<10"),
        (10, "10-15"),
        (14.99, "10-15"),
        (15, "15-20"),
        (30, "30-50"),
        (49.9, "30-50"),
        (50, ">=50"),
        (400, ">=50"),
    ],
)
def test_a_class_begins_at_its_lower_bound(value: float, name: str) -> None:
    assert size_class(value, LONG_AXIS_MM) == name


def test_size_classes_ascend_and_none_is_empty() -> None:
    lesions = [lesion(reference=measures(long)) for long in (60, 5, 16, 18, 12)]
    grouping = by(lesions, "long_axis_mm")
    named = [(group.name, group.lesions) for group in grouping.groups]
    assert named == [("<10", 1), ("10-15", 1), ("15-20", 2), (">=50", 1)]
    assert (grouping.source, grouping.unknown) == ("reference", 0)


def test_voxels_and_slices_have_classes_of_their_own() -> None:
    """A long axis of 25 mm in voxels of 0.5 mm."""
    mask = measures(25).model_copy(update={"long_axis_voxels": 50.0})
    lesions = [lesion(reference=mask, spacing_mm=(0.5, 0.5, 2.5))]
    names = {g.by: [group.name for group in g.groups] for g in groupings(lesions)}
    assert names == {
        "long_axis_mm": ["20-30"],
        "long_axis_voxels": ["40-80"],
        "slice_spacing_mm": ["2.5-5"],
    }


def test_columns_with_categories_make_groups_and_others_do_not() -> None:
    """Names of single lesions, numbers, and more than 30 names are no categories."""
    lesions = [
        lesion(
            voi=voi,
            scanner="AB"[voi % 2],
            name=f"lesion {voi}",
            slope=str(voi % 2),
            code=f"c{voi % 31}",
            type=f"t{voi}",
            group=str(voi),
        )
        for voi in range(62)
    ]
    assert [grouping.by for grouping in groupings(lesions)][:-3] == ["type", "group", "scanner"]
