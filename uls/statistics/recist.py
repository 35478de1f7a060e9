"""RECIST 1.1 in numbers: which diameters can be measured, and what a change of their sum means.

Source: E. A. Eisenhauer et al., New response evaluation criteria in solid tumours: revised RECIST
guideline (version 1.1), Eur. J. Cancer 45 (2009).

A response hangs on whether a length reaches a limit, so no limit may be missed by the last bit of a
binary fraction: 14.0 mm less 9.8 mm are 4.199999999999999, and 30 % of 14.0 mm are 4.2. Lengths are
therefore counted in whole steps of 10 nm, and every limit is a comparison of whole numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Category",
    "Response",
    "Target",
    "category",
    "measurable_limit_mm",
    "reaches",
    "response",
    "sum_mm",
]

_STEPS_PER_MM = 100_000
"""Far below any voxel; and a length made of spacings in single precision still meets its limit."""

_TUMOUR_LIMIT_MM = 10.0
_NODE_TARGET_MM = 15.0
_NODE_NORMAL_MM = 10.0
"""A node with a shorter short axis is no longer pathological."""
_THICK_SLICE_MM = 5.0
_SLICES_IN_A_TUMOUR = 2
"""A measurable tumour is at least as long as two slices where these are thicker than 5 mm."""
_PROGRESSION_MM = 5.0


class Category(StrEnum):
    """What a single diameter makes of a lesion."""

    MEASURABLE = "measurable"
    NOT_MEASURABLE = "not measurable"
    NODE_TARGET = "node, target"
    NODE_NON_TARGET = "node, non-target"
    NODE_NORMAL = "node, normal"


class Response(StrEnum):
    """What RECIST 1.1 calls the change of target lesions from their baseline."""

    COMPLETE = "complete response"
    PARTIAL = "partial response"
    STABLE = "stable"
    PROGRESSION = "progression"


@dataclass(frozen=True)
class Target:
    """A target lesion at the baseline and later: a tumour's long axis, a node's short axis.

    A diameter of 0 is a lesion that cannot be seen.
    """

    baseline_mm: float
    later_mm: float
    is_node: bool


def reaches(length_mm: float, limit_mm: float) -> bool:
    """Tell whether a length is at least as long as a limit."""
    return _steps(length_mm) >= _steps(limit_mm)


def sum_mm(lengths_mm: Iterable[float]) -> float:
    """Return the sum of some lengths, the same in whatever order they come."""
    return sum(map(_steps, lengths_mm)) / _STEPS_PER_MM


def _steps(length_mm: float) -> int:
    return round(length_mm * _STEPS_PER_MM)


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
    is_normal = not reaches(diameter_mm, _NODE_NORMAL_MM)
    return Category.NODE_NORMAL if is_normal else Category.NODE_NON_TARGET


def response(
    targets: Sequence[Target], *, smallest_mm: float | None = None, any_new: bool = False
) -> Response:
    """Name the change of the target lesions from their baseline.

    Progression: new lesions, or a sum that is at least 20 % and at least 5 mm above the smallest
    sum so far. It goes before the others, as a sum may lie below the baseline and yet above the
    smallest one. Complete response: no target is left; a node is not, below 10 mm. What was as
    small at the baseline has not responded. Partial response: a sum at least 30 % below the
    baseline. Otherwise stable.

    Args:
        targets: all target lesions of the baseline.
        smallest_mm: the smallest sum so far, the baseline's included, which it is by default.
        any_new: whether there are lesions that the baseline does not have.
    """
    start = sum(_steps(target.baseline_mm) for target in targets)
    total = sum(_steps(target.later_mm) for target in targets)
    smallest = start if smallest_mm is None else _steps(smallest_mm)
    growth = total - smallest
    if any_new or (5 * growth >= smallest and growth >= _steps(_PROGRESSION_MM)):
        return Response.PROGRESSION
    if all(map(_is_gone, targets)) and any(map(_has_gone, targets)):
        return Response.COMPLETE
    if start > total and 10 * (start - total) >= 3 * start:
        return Response.PARTIAL
    return Response.STABLE


def _is_gone(target: Target) -> bool:
    normal = target.is_node and not reaches(target.later_mm, _NODE_NORMAL_MM)
    return normal or not _steps(target.later_mm)


def _has_gone(target: Target) -> bool:
    """Tell whether a lesion that is gone was there at the baseline."""
    if not _steps(target.later_mm):
        return _steps(target.baseline_mm) > 0
    return reaches(target.baseline_mm, _NODE_NORMAL_MM)
