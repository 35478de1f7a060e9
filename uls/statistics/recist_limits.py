"""RECIST 1.1's lengths: exact sums, and what a single diameter makes of a lesion.

Source: E. A. Eisenhauer et al., New response evaluation criteria in solid tumours: revised RECIST
guideline (version 1.1), Eur. J. Cancer 45 (2009).

A response hangs on whether a length reaches a limit, so no limit may be missed by the last bit of a
binary fraction: 14.0 mm less 9.8 mm are 4.199999999999999, and 30 % of 14.0 mm are 4.2. Lengths are
therefore counted in whole steps of 10 nm, and every limit is a comparison of whole numbers.
"""

from collections.abc import Iterable
from enum import StrEnum

__all__ = [
    "NODE_NORMAL_MM",
    "Category",
    "category",
    "measurable_limit_mm",
    "reaches",
    "steps",
    "sum_mm",
    "told_mm",
    "told_percent",
]

_STEPS_PER_MM = 100_000
"""Far below any voxel; and a length made of spacings in single precision still meets its limit."""

NODE_NORMAL_MM = 10.0
"""A node with a shorter short axis is no longer pathological."""

_TUMOUR_LIMIT_MM = 10.0
_NODE_TARGET_MM = 15.0
_THICK_SLICE_MM = 5.0
_SLICES_IN_A_TUMOUR = 2
"""A measurable tumour is at least as long as two slices where these are thicker than 5 mm."""


class Category(StrEnum):
    """What a single diameter makes of a lesion."""

    MEASURABLE = "measurable"
    NOT_MEASURABLE = "not measurable"
    NODE_TARGET = "node, target"
    NODE_NON_TARGET = "node, non-target"
    NODE_NORMAL = "node, normal"


def steps(length_mm: float) -> int:
    """Return a length in whole steps of 10 nm."""
    return round(length_mm * _STEPS_PER_MM)


def reaches(length_mm: float, limit_mm: float) -> bool:
    """Tell whether a length is at least as long as a limit."""
    return steps(length_mm) >= steps(limit_mm)


def sum_mm(lengths_mm: Iterable[float]) -> float:
    """Return the sum of some lengths, the same in whatever order they come."""
    return sum(map(steps, lengths_mm)) / _STEPS_PER_MM


def told_mm(length: int) -> str:
    """Write a length in steps as mm, cut after 0.01 mm: what misses a limit never reads as it."""
    text = f"{length * 100 // _STEPS_PER_MM / 100:.2f}"
    return f"{text.removesuffix('0')} mm"


def told_percent(part: int, whole: int) -> str:
    """Write a share of lengths in steps as percent, cut after 0.1 %; of nothing there is none."""
    return f"{1000 * part // whole / 10:.1f} %" if whole else "no share of nothing"


def measurable_limit_mm(*, is_node: bool, slice_mm: float) -> float:
    """Return what a lesion's diameter must reach for it to be a target lesion.

    Args:
        is_node: whether it is a lymph node, whose short axis counts.
        slice_mm: distance between slices.
    """
    if is_node:
        return _NODE_TARGET_MM
    thin = reaches(_THICK_SLICE_MM, slice_mm)
    return _TUMOUR_LIMIT_MM if thin else max(_TUMOUR_LIMIT_MM, _SLICES_IN_A_TUMOUR * slice_mm)


def category(diameter_mm: float, *, is_node: bool, slice_mm: float) -> Category:
    """Say what a lesion of this diameter is, and so whether it can be a target lesion.

    Args:
        diameter_mm: the long axis of a tumour, the short axis of a node.
        is_node: whether it is a lymph node.
        slice_mm: distance between slices; above 5 mm a tumour must be twice as long.
    """
    is_target = reaches(diameter_mm, measurable_limit_mm(is_node=is_node, slice_mm=slice_mm))
    if not is_node:
        return Category.MEASURABLE if is_target else Category.NOT_MEASURABLE
    if is_target:
        return Category.NODE_TARGET
    is_normal = not reaches(diameter_mm, NODE_NORMAL_MM)
    return Category.NODE_NORMAL if is_normal else Category.NODE_NON_TARGET
