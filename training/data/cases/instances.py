"""Lesions told apart in a mask: by connected components, or by the mask's own numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.data.cases.case import InstanceRule, LesionClass
from uls.geometry.cropped import CroppedMask, cropped
from uls.geometry.lesion import bounding_box
from uls.workshop.errors import InputError

__all__ = ["Instance", "check_declared", "check_one_value", "find_instances", "in_order"]


@dataclass(frozen=True, eq=False)
class Instance:
    """One lesion of a mask.

    Attributes:
        number: the mask's own number of it, or its place among the components (from 1, classes in
            their order, then by the first voxel in (x, y, z) order, as the challenge counts them).
            Lesions that are left out later keep theirs, so that a limit does not rename the others.
        value: the mask's value that most of its voxels have.
        lesion_class: the class it belongs to.
        mask: its voxels.
    """

    number: int
    value: int
    lesion_class: LesionClass
    mask: CroppedMask


def find_instances(
    labels: npt.NDArray[Any], classes: Sequence[LesionClass], rule: InstanceRule
) -> list[Instance]:
    """Tell the lesions of a mask apart.

    Args:
        labels: the mask's values, (z, y, x).
        classes: which values are lesions.
        rule: how they are told apart.

    Returns:
        The lesions in the order of their numbers; none for a mask without any.

    Raises:
        InputError: nothing tells which of the mask's several values are lesions.
    """
    if rule.kind != "labels" and any(one.values is None for one in classes):
        check_one_value(labels)
    masks = [found for one in classes for found in _instances_of(labels, one, rule)]
    masks = [found for found in masks if found[2].n_voxels >= rule.min_voxels]
    if rule.kind == "largest" and masks:
        masks = [max(masks, key=lambda found: found[2].n_voxels)]
    if rule.kind == "labels":
        return sorted(
            (Instance(value, value, one, mask) for one, value, mask in masks),
            key=lambda instance: instance.number,
        )
    return [
        Instance(number, value, one, mask) for number, (one, value, mask) in enumerate(masks, 1)
    ]


_Found = tuple[LesionClass, int, CroppedMask]


def check_declared(labels: npt.NDArray[Any], declared: Sequence[int], path: Path) -> None:
    """Refuse a mask with values of which its data set says nothing, such as 255 in place of 1.

    Raises:
        InputError: it has some.
    """
    others = sorted(set(np.unique(labels[labels != 0]).tolist()) - set(declared))
    if others:
        raise InputError.about(
            path,
            expected=f"the values that its labels declare: {', '.join(map(str, declared))}",
            found=f"also {', '.join(map(str, others[:5]))}",
            hint="Mend the mask, or the labels that come with it.",
        )


def check_one_value(labels: npt.NDArray[Any]) -> None:
    """Refuse to take every value for a lesion where there are several: one may be an organ.

    Raises:
        InputError: there are several.
    """
    values = np.unique(labels[labels != 0]).tolist()
    if len(values) > 1:
        raise InputError.about(
            "the mask",
            expected="one value beside 0, where nothing says which one is the lesion",
            found=", ".join(map(str, values[:5])) + (", …" if len(values) > 5 else ""),
            hint="Say --label with the lesion's value, or --instances if each value is a lesion.",
        )


def _instances_of(
    labels: npt.NDArray[Any], one: LesionClass, rule: InstanceRule
) -> Iterator[_Found]:
    foreground = labels != 0 if one.values is None else np.isin(labels, one.values)
    box = bounding_box(foreground)
    if box is None:
        return
    if rule.kind == "labels":
        numbered = np.where(foreground[box], labels[box], 0)
    else:
        numbered = _components(foreground[box], rule.connectivity)
    corner = tuple(part.start for part in box)
    for number in _in_order(numbered):
        mask = _moved(cropped(numbered == number), corner, labels.shape)
        yield one, _usual_value(labels, mask), mask


def _components(foreground: npt.NDArray[np.bool_], connectivity: int) -> npt.NDArray[Any]:
    image = sitk.GetImageFromArray(foreground.astype(np.uint8))
    labels: npt.NDArray[Any] = sitk.GetArrayFromImage(
        sitk.ConnectedComponent(image, connectivity == 26)
    )
    return labels


def _in_order(numbered: npt.NDArray[Any]) -> list[int]:
    """Return the numbers in the (x, y, z) order of their first voxels."""
    z, y, x = np.nonzero(numbered)
    in_turn = numbered[z, y, x][np.lexsort((z, y, x))]
    numbers, first = np.unique(in_turn, return_index=True)
    return [int(n) for _, n in sorted(zip(first.tolist(), numbers.tolist(), strict=True))]


def in_order(labels: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Return a mask with its lesions numbered in the (x, y, z) order of their first voxels."""
    new = np.zeros(int(labels.max()) + 1, dtype=np.int32)
    for number, old in enumerate(_in_order(labels), 1):
        new[old] = number
    numbered: npt.NDArray[np.int32] = new[labels]
    return numbered


def _moved(mask: CroppedMask, corner: tuple[int, ...], shape: tuple[int, ...]) -> CroppedMask:
    """Say where a mask that was cropped from a box lies in the whole array."""
    z, y, x = (a + b for a, b in zip(mask.corner_zyx, corner, strict=True))
    return CroppedMask(mask.voxels, (z, y, x), (shape[0], shape[1], shape[2]))


def _usual_value(labels: npt.NDArray[Any], mask: CroppedMask) -> int:
    box = tuple(
        slice(start, start + size)
        for start, size in zip(mask.corner_zyx, mask.voxels.shape, strict=True)
    )
    return int(np.bincount(labels[box][mask.voxels]).argmax())
