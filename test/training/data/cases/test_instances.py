import numpy as np
import pytest

from training.data.cases.case import InstanceRule, LesionClass
from training.data.cases.instances import find_instances
from uls.workshop.errors import InputError

TWO = LesionClass("liver", (2,))


@pytest.fixture
def labels() -> np.ndarray:
    """An organ (1) with two lesions (2) that touch by a corner, and one apart."""
    labels = np.ones((6, 8, 8), dtype=np.int32)
    labels[1, 1:3, 1:3] = 2  # 4 voxels
    labels[2, 3, 3] = 2  # touches the last one's corner
    labels[4, 6, 4:7] = 2  # 3 voxels
    return labels


def sizes(labels: np.ndarray, classes: list[LesionClass], rule: InstanceRule) -> list[tuple]:
    found = find_instances(labels, classes, rule)
    return [(lesion.number, lesion.value, lesion.mask.n_voxels) for lesion in found]


def test_components_touch_by_faces_and_come_in_the_order_of_their_first_voxels(
    labels: np.ndarray,
) -> None:
    assert sizes(labels, [TWO], InstanceRule()) == [(1, 2, 4), (2, 2, 1), (3, 2, 3)]


def test_by_26_neighbours_corners_touch(labels: np.ndarray) -> None:
    assert sizes(labels, [TWO], InstanceRule(connectivity=26)) == [(1, 2, 5), (2, 2, 3)]


def test_small_components_are_none_and_the_largest_may_be_the_only_one(labels: np.ndarray) -> None:
    assert sizes(labels, [TWO], InstanceRule(min_voxels=2)) == [(1, 2, 4), (2, 2, 3)]
    assert sizes(labels, [TWO], InstanceRule(kind="largest")) == [(1, 2, 4)]


def test_a_mask_with_numbered_lesions_keeps_the_numbers_and_what_is_apart_stays_one() -> None:
    labels = np.zeros((3, 5, 5), dtype=np.int32)
    labels[0, 0, 0] = 7
    labels[2, 4, 3:5] = 7
    labels[1, 1, 1] = 3
    rule = InstanceRule(kind="labels")
    assert sizes(labels, [LesionClass("lymph node")], rule) == [(3, 3, 1), (7, 7, 3)]


def test_the_place_of_a_lesion_is_that_in_the_whole_mask(labels: np.ndarray) -> None:
    for lesion in find_instances(labels, [TWO], InstanceRule()):
        whole = np.zeros(labels.shape, dtype=bool)
        z, y, x = lesion.mask.corner_zyx
        dz, dy, dx = lesion.mask.voxels.shape
        whole[z : z + dz, y : y + dy, x : x + dx] = lesion.mask.voxels
        assert (labels[whole] == 2).all()
        assert lesion.mask.shape_zyx == labels.shape


def test_values_of_one_class_grow_together_and_classes_come_one_after_the_other() -> None:
    labels = np.zeros((1, 1, 8), dtype=np.int32)
    labels[0, 0] = [4, 4, 5, 0, 0, 6, 0, 5]
    classes = [LesionClass("nodule", (6,)), LesionClass("liver", (4, 5))]
    found = find_instances(labels, classes, InstanceRule())
    assert [(f.lesion_class.lesion_type, f.value, f.mask.n_voxels) for f in found] == [
        ("nodule", 6, 1),
        ("liver", 4, 3),
        ("liver", 5, 1),
    ]


def test_no_lesion_is_no_error(labels: np.ndarray) -> None:
    assert sizes(labels, [LesionClass("liver", (9,))], InstanceRule()) == []


def test_components_are_counted_by_x_before_y_before_z() -> None:
    """As the challenge does: in (z, y, x) order the lesion on the lowest slice would come first."""
    labels = np.zeros((4, 9, 9), dtype=np.int32)
    labels[0, 0, 8] = 2  # first by z and y, last by x
    labels[1, 5, 3] = 2
    labels[2, 4:6, 3] = 2  # its x is that of the last one, and touches it: one component
    labels[3, 1, 0:2] = 2  # last by z, first by x
    labels[0, 8, 3] = 2  # x as the second, y after it
    found = find_instances(labels, [TWO], InstanceRule())
    firsts = [tuple(np.argwhere(one.mask.voxels)[0] + one.mask.corner_zyx) for one in found]
    assert firsts == [(3, 1, 0), (1, 5, 3), (0, 8, 3), (0, 0, 8)]


@pytest.mark.parametrize("values", [(1, 2), (3, 7)])
def test_several_values_of_which_nothing_is_known_are_refused(values: tuple[int, int]) -> None:
    labels = np.zeros((3, 4, 4), dtype=np.int32)
    labels[0, 0, 0], labels[2, 2, 2] = values
    with pytest.raises(InputError, match=f"found {values[0]}, {values[1]}.*--label.*--instances"):
        find_instances(labels, [LesionClass("lesion")], InstanceRule())
    assert len(find_instances(labels, [LesionClass("lesion")], InstanceRule("labels"))) == 2
    assert len(find_instances(labels, [LesionClass("lesion", values)], InstanceRule())) == 2
