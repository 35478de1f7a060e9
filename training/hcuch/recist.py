"""RECIST 1.1 in numbers: which diameters count, and what the change of their sum means.

Source: E. A. Eisenhauer et al., New response evaluation criteria in solid tumours: revised RECIST
guideline (version 1.1), Eur. J. Cancer 45 (2009).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Category", "Response", "SizeAt", "Verdict", "category", "verdicts"]

_TUMOUR_LIMIT_MM = 10.0
_NODE_TARGET_MM = 15.0
_NODE_NORMAL_MM = 10.0
_THICK_SLICE_MM = 5.0
_SLICES_IN_A_TUMOUR = 2
"""A measurable tumour is at least as long as two slices where these are thick."""

_PARTIAL_RESPONSE = 0.3
_PROGRESSION, _PROGRESSION_MM = 0.2, 5.0
_ROUNDING_MM = 1e-9
"""Differences and products of decimal lengths must not miss a limit by the last bit."""


class Category(StrEnum):
    """What a single diameter makes of a lesion."""

    MEASURABLE = "measurable"
    NOT_MEASURABLE = "not measurable"
    NODE_TARGET = "node, target"
    NODE_NON_TARGET = "node, non-target"
    NODE_NORMAL = "node, normal"


class Response(StrEnum):
    """What a follow-up study says of the target lesions."""

    BASELINE = "baseline"
    COMPLETE = "complete response"
    PARTIAL = "partial response"
    STABLE = "stable disease"
    PROGRESSION = "progression"
    UNKNOWN = "not evaluable"


def category(diameter_mm: float, *, is_node: bool, slice_mm: float) -> Category:
    """Say whether a lesion of this diameter can be a target lesion.

    Args:
        diameter_mm: the long axis of a tumour, the short axis of a node.
        is_node: whether it is a lymph node.
        slice_mm: distance between slices; above 5 mm a tumour must be twice as long.
    """
    if is_node:
        if diameter_mm >= _NODE_TARGET_MM:
            return Category.NODE_TARGET
        return Category.NODE_NON_TARGET if diameter_mm >= _NODE_NORMAL_MM else Category.NODE_NORMAL
    thick = slice_mm > _THICK_SLICE_MM
    limit = max(_TUMOUR_LIMIT_MM, _SLICES_IN_A_TUMOUR * slice_mm) if thick else _TUMOUR_LIMIT_MM
    return Category.MEASURABLE if diameter_mm >= limit else Category.NOT_MEASURABLE


@dataclass(frozen=True)
class SizeAt:
    """A target lesion in one study: its diameter (0: gone), and whether it is a node."""

    diameter_mm: float
    is_node: bool


@dataclass(frozen=True)
class Verdict:
    """One study's sum of diameters, what it means, and what led there."""

    sum_mm: float | None
    response: Response
    change_from_baseline: float | None = None
    change_from_smallest: float | None = None
    new: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def verdicts(studies: Sequence[Mapping[str, SizeAt]]) -> list[Verdict]:
    """Judge the studies of one patient, in the order of time; the first is the baseline.

    A lesion that the baseline does not have is new, which is progression. Where a lesion of the
    baseline was not measured there is no sum. Progression goes before partial response: a sum may
    lie below the baseline and yet above the smallest sum.

    Args:
        studies: per study the target lesions by their alias.
    """
    if not studies:
        return []
    baseline = studies[0]
    start = _sum_mm(baseline)
    smallest = start
    found = [Verdict(start, Response.BASELINE)]
    for study in studies[1:]:
        verdict = _verdict(study, baseline, start=start, smallest=smallest)
        found.append(verdict)
        smallest = min(smallest, smallest if verdict.sum_mm is None else verdict.sum_mm)
    return found


def _verdict(
    study: Mapping[str, SizeAt], baseline: Mapping[str, SizeAt], *, start: float, smallest: float
) -> Verdict:
    new = tuple(alias for alias in study if alias not in baseline and study[alias].diameter_mm > 0)
    missing = tuple(alias for alias in baseline if alias not in study)
    if missing:
        response = Response.PROGRESSION if new else Response.UNKNOWN
        return Verdict(None, response, new=new, missing=missing)
    targets = {alias: study[alias] for alias in baseline}
    total = _sum_mm(targets)
    return Verdict(
        sum_mm=total,
        response=_response(targets, total, start=start, smallest=smallest, any_new=bool(new)),
        change_from_baseline=total / start - 1 if start else None,
        change_from_smallest=total / smallest - 1 if smallest else None,
        new=new,
    )


def _response(
    targets: Mapping[str, SizeAt], total: float, *, start: float, smallest: float, any_new: bool
) -> Response:
    growth = total - smallest + _ROUNDING_MM
    if any_new or growth >= max(_PROGRESSION * smallest, _PROGRESSION_MM):
        return Response.PROGRESSION
    if all(_is_gone(size) for size in targets.values()):
        return Response.COMPLETE
    if start - total + _ROUNDING_MM >= _PARTIAL_RESPONSE * start:
        return Response.PARTIAL
    return Response.STABLE


def _is_gone(size: SizeAt) -> bool:
    """Tell a tumour that cannot be seen, or a node that is no longer enlarged."""
    return size.diameter_mm < _NODE_NORMAL_MM if size.is_node else size.diameter_mm == 0


def _sum_mm(study: Mapping[str, SizeAt]) -> float:
    return sum(size.diameter_mm for size in study.values())
