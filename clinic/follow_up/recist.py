"""Judge the studies of one patient by RECIST 1.1 (`uls.statistics.recist`), one after the other.

The code is the clinic's; what is counted is the data set's. Its table holds target lesions only: a
lesion that the baseline lacks counts as new, though no reader said so, there are no non-targets,
and a lesion without a row was not measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from uls.statistics import recist
from uls.statistics.recist import Category, Target, category, sum_mm

__all__ = ["Category", "Response", "SizeAt", "Verdict", "category", "verdicts"]


class Response(StrEnum):
    """What a follow-up study says of the target lesions."""

    BASELINE = "baseline"
    COMPLETE = "complete response"
    PARTIAL = "partial response"
    STABLE = "stable disease"
    PROGRESSION = "progression"
    UNKNOWN = "not evaluable"


_NAMES = {
    recist.Response.COMPLETE: Response.COMPLETE,
    recist.Response.PARTIAL: Response.PARTIAL,
    recist.Response.STABLE: Response.STABLE,
    recist.Response.PROGRESSION: Response.PROGRESSION,
    recist.Response.NOT_EVALUABLE: Response.UNKNOWN,
}


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
    baseline was not measured there is no sum; that is progression if the others alone make it one.

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
    targets = [_target(size, study.get(alias)) for alias, size in baseline.items()]
    named = recist.response(targets, smallest_mm=smallest, any_new=bool(new))
    response = _NAMES[named]
    if missing:
        return Verdict(None, response, new=new, missing=missing)
    total = _sum_mm({alias: study[alias] for alias in baseline})
    return Verdict(
        sum_mm=total,
        response=response,
        change_from_baseline=total / start - 1 if start else None,
        change_from_smallest=total / smallest - 1 if smallest else None,
        new=new,
    )


def _target(before: SizeAt, now: SizeAt | None) -> Target:
    later_mm = None if now is None else now.diameter_mm
    return Target(before.diameter_mm, later_mm, is_node=before.is_node)


def _sum_mm(study: Mapping[str, SizeAt]) -> float:
    return sum_mm(size.diameter_mm for size in study.values())
