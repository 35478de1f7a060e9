"""RECIST 1.1: what targets, non-targets and new lesions mean, alone and together, and why.

Source: E. A. Eisenhauer et al., New response evaluation criteria in solid tumours: revised RECIST
guideline (version 1.1), Eur. J. Cancer 45 (2009); `overall` is its tables 1 and 2. Lengths and
their limits, exact, are in `uls.statistics.recist_limits`; they are given on from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from uls.statistics.recist_limits import (
    NODE_NORMAL_MM,
    Category,
    category,
    measurable_limit_mm,
    reaches,
    steps,
    sum_mm,
    told_mm,
    told_percent,
)

__all__ = [
    "TOO_SMALL_MM",
    "Category",
    "NonTarget",
    "Response",
    "Target",
    "Verdict",
    "category",
    "judge_non_targets",
    "judge_targets",
    "measurable_limit_mm",
    "overall",
    "reaches",
    "response",
    "sum_mm",
]

TOO_SMALL_MM = 5.0
"""What a target counts that is seen but too small to measure."""

_PROGRESSION_MM = 5.0


class Response(StrEnum):
    """What RECIST 1.1 calls the course of some lesions, or of all."""

    COMPLETE = "complete response"
    PARTIAL = "partial response"
    STABLE = "stable"
    PROGRESSION = "progression"
    NEITHER = "neither complete response nor progression"
    NOT_EVALUABLE = "not evaluable"


class NonTarget(StrEnum):
    """How a non-target lesion stands; that it progressed unequivocally is a reader's decision."""

    GONE = "gone"
    PRESENT = "present"
    PROGRESSED = "progressed"
    NOT_EVALUABLE = "not evaluable"


@dataclass(frozen=True)
class Target:
    """A target lesion at the baseline and later: a tumour's long axis, a node's short axis.

    A diameter of 0 is a lesion that cannot be seen; None is one that could not be evaluated.
    """

    baseline_mm: float
    later_mm: float | None
    is_node: bool


@dataclass(frozen=True)
class Verdict:
    """A response, and the sentence that says why."""

    response: Response
    reason: str


def judge_targets(targets: Sequence[Target], *, smallest_mm: float | None = None) -> Verdict:
    """Name the change of the target lesions from their baseline.

    Progression: a sum that is at least 20 % and at least 5 mm above the smallest sum so far. It
    goes before the others, as a sum may lie below the baseline and yet above the smallest one; and
    where a target was not evaluated, as the missing diameter could only add to it. Otherwise such
    targets are not evaluable. Complete response: no target is left; a node is not, below 10 mm.
    What was as small at the baseline has not responded. Partial response: a sum at least 30 % below
    the baseline. Otherwise stable.

    Args:
        targets: all target lesions of the baseline.
        smallest_mm: the smallest sum so far, the baseline's included, which it is by default.
    """
    known = [target for target in targets if target.later_mm is not None]
    missing = len(targets) - len(known)
    start = sum(steps(target.baseline_mm) for target in targets)
    total = sum(map(_later, known))
    smallest = start if smallest_mm is None else steps(smallest_mm)
    growth = total - smallest
    if 5 * growth >= smallest and growth >= steps(_PROGRESSION_MM):
        return Verdict(Response.PROGRESSION, _progression(total, smallest, missing))
    if missing:
        found = f"{missing} of {len(targets)} targets could not be evaluated, so there is no sum."
        return Verdict(Response.NOT_EVALUABLE, found)
    if all(map(_is_gone, targets)) and any(map(_has_gone, targets)):
        reason = "No target is left; a lymph node is not, below a short axis of 10 mm."
        return Verdict(Response.COMPLETE, reason)
    fall = start - total
    if fall > 0 and 10 * fall >= 3 * start:
        return Verdict(Response.PARTIAL, f"{_change(total, start)}, which is at least 30 %.")
    above = f"{told_mm(growth)} above the smallest so far" if growth > 0 else "the smallest so far"
    return Verdict(
        Response.STABLE,
        f"{_change(total, start)}, and {above}: neither 30 % less than the baseline nor 20 % and "
        "5 mm more than the smallest.",
    )


def _change(total: int, start: int) -> str:
    side = "above" if total > start else "below"
    share = told_percent(abs(total - start), start)
    return f"The sum of diameters is {told_mm(total)}, {share} {side} the baseline"


def _progression(total: int, smallest: int, missing: int) -> str:
    growth = total - smallest
    share = f" ({told_percent(growth, smallest)})" if smallest else ""
    rest = " What could not be evaluated could only add to it." if missing else ""
    return (
        f"The sum of diameters is {told_mm(total)}, {told_mm(growth)}{share} above the smallest "
        f"so far, {told_mm(smallest)}: at least 20 % and 5 mm.{rest}"
    )


def judge_non_targets(states: Sequence[NonTarget]) -> Verdict:
    """Name the state of all non-target lesions together; there must be one."""
    if NonTarget.PROGRESSED in states:
        found = "A non-target has progressed unequivocally, as the reader decided."
        return Verdict(Response.PROGRESSION, found)
    missing = states.count(NonTarget.NOT_EVALUABLE)
    if missing:
        found = f"{missing} of {len(states)} non-targets could not be evaluated."
        return Verdict(Response.NOT_EVALUABLE, found)
    if NonTarget.PRESENT in states:
        left = states.count(NonTarget.PRESENT)
        return Verdict(Response.NEITHER, f"{left} of {len(states)} non-targets are still there.")
    return Verdict(Response.COMPLETE, "No non-target is left.")


def overall(targets: Response | None, non_targets: Response | None, *, any_new: bool) -> Verdict:
    """Name the response of all lesions together, by tables 1 and 2 of RECIST 1.1.

    Args:
        targets: of the targets; None where the baseline has none (table 2).
        non_targets: of the non-targets; None where the baseline has none.
        any_new: whether there is a lesion that the baseline lacks, as a reader decided.
    """
    if any_new:
        return Verdict(Response.PROGRESSION, "There is a new lesion.")
    if Response.PROGRESSION in (targets, non_targets):
        which = "Targets" if targets is Response.PROGRESSION else "Non-targets"
        return Verdict(Response.PROGRESSION, f"{which} have progressed.")
    if targets is None:
        if non_targets is None:
            return Verdict(Response.NOT_EVALUABLE, "The baseline has no lesion that was chosen.")
        return Verdict(non_targets, f"There are no targets, and non-targets are: {non_targets}.")
    if targets is Response.COMPLETE and non_targets not in (None, Response.COMPLETE):
        return Verdict(Response.PARTIAL, f"No target is left, but non-targets are: {non_targets}.")
    beside = "" if non_targets is None else f", and no non-target has progressed ({non_targets})"
    return Verdict(targets, f"Targets are: {targets}{beside}; there is no new lesion.")


def response(
    targets: Sequence[Target], *, smallest_mm: float | None = None, any_new: bool = False
) -> Response:
    """Name the response where there are targets and new lesions only, see `judge_targets`."""
    judged = judge_targets(targets, smallest_mm=smallest_mm).response
    return overall(judged, None, any_new=any_new).response


def _later(target: Target) -> int:
    return steps(target.later_mm or 0.0)


def _is_gone(target: Target) -> bool:
    return not _later(target) or (target.is_node and _later(target) < steps(NODE_NORMAL_MM))


def _has_gone(target: Target) -> bool:
    """Tell whether a lesion that is gone was there at the baseline."""
    there_mm = NODE_NORMAL_MM if _later(target) else 0.0
    return steps(target.baseline_mm) >= max(steps(there_mm), 1)
