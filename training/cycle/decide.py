"""Whether new weights are promoted: the fixed test set says so, or they are not."""

from collections.abc import Iterator, Sequence

import numpy as np

from evaluation.analysis.units import Units, units_of
from evaluation.results.metrics import Metrics
from evaluation.results.sections import Group, Grouping
from training.cycle.project import now
from training.cycle.records import Decision, GroupChange, Interval
from training.cycle.settings import Rule
from uls.statistics.bootstrap import (
    Counts,
    Floats,
    draw_counts,
    percentile_interval,
    resampled_summaries,
)
from uls.statistics.challenge_score import challenge_scores
from uls.workshop.errors import InputError

__all__ = ["compare", "decide"]

_JUDGED_BY = ("type", "long_axis_mm")
"""Groups that may veto: by lesions.csv's type, if there is one, and by size."""

_ROUNDING = 1e-12


def decide(
    old: Metrics,
    new: Metrics,
    rule: Rule,
    *,
    round_number: int,
    set_version: int,
    old_model: str,
    new_model: str,
    test_set_sha256: str,
) -> Decision:
    """Compare two models' scores on one test set and apply the rule.

    Promoted are weights whose score is higher and under which no group of lesions that is large
    enough to judge loses more than the margin in mean Dice; with `rule.sure` the gain's interval
    must lie above 0, too.

    Raises:
        InputError: the two were not scored on the same lesions.
    """
    _check_same_lesions(old, new)
    name, before, after = _score(old, new)
    groups = tuple(_group_changes(old, new, rule))
    units = units_of(new.lesions, new.clicks)
    interval = compare(old, new, units, rule)
    reasons = [*_reasons(name, before, after, groups, rule), *_unsure(interval, rule)]
    return Decision(
        round=round_number,
        decided=now(),
        promoted=not reasons,
        reasons=tuple(reasons)
        or (f"{name} rose from {before:.4f} to {after:.4f}; {_judged(groups)}",),
        score=name,
        old=before,
        new=after,
        difference=after - before,
        interval=interval,
        unit=units.unit,
        units=units.count,
        groups=groups,
        rule=rule,
        set_version=set_version,
        old_model=old_model,
        new_model=new_model,
        test_set_sha256=test_set_sha256,
    )


def _check_same_lesions(old: Metrics, new: Metrics) -> None:
    if [x.fn for x in old.lesions] != [x.fn for x in new.lesions]:
        raise InputError.about(
            "scores of two models",
            expected="the same lesions in both",
            found=f"{len(old.lesions)} and {len(new.lesions)}, or others",
        )


def _score(old: Metrics, new: Metrics) -> tuple[str, float, float]:
    """Give the ChallengeScore of both, or mean Dice where no lesion has several clicks."""
    before, after = old.aggregates, new.aggregates
    if before.challenge_score is not None and after.challenge_score is not None:
        return "ChallengeScore", before.challenge_score, after.challenge_score
    return "SegmentationDice", before.dice.mean or 0.0, after.dice.mean or 0.0


def _reasons(
    name: str, before: float, after: float, groups: Sequence[GroupChange], rule: Rule
) -> Iterator[str]:
    """Say what speaks against promotion; nothing if nothing does."""
    if after <= before + _ROUNDING:
        yield f"{name} did not rise: {before:.4f}, then {after:.4f}"
    for group in groups:
        if group.verdict == "worse":
            yield (
                f"{group.by} {group.name}: mean Dice fell by more than {rule.margin:g}, "
                f"from {group.old:.3f} to {group.new:.3f} ({group.lesions} lesions)"
            )


def _unsure(interval: Interval | None, rule: Rule) -> Iterator[str]:
    if rule.sure and (interval is None or interval.lower <= 0):
        found = (
            f"{interval.lower:+.4f} to {interval.upper:+.4f}"
            if interval
            else "not known (one unit)"
        )
        yield f"the gain may be chance: its 95 % interval is {found}"


def _judged(groups: Sequence[GroupChange]) -> str:
    judged = sum(group.verdict != "too few to judge" for group in groups)
    return f"of {judged} groups large enough to judge none fell by more than the margin"


def _group_changes(old: Metrics, new: Metrics, rule: Rule) -> Iterator[GroupChange]:
    before = {(by.by, group.name): group for by, group in _groups(old)}
    for by, group in _groups(new):
        earlier = before[by.by, group.name]
        was, now_is = earlier.dice.mean or 0.0, group.dice.mean or 0.0
        few = group.lesions < rule.smallest_group
        worse = was - now_is > rule.margin + _ROUNDING
        yield GroupChange(
            by=by.by,
            name=group.name,
            lesions=group.lesions,
            old=was,
            new=now_is,
            verdict="too few to judge" if few else "worse" if worse else "not worse",
        )


def _groups(metrics: Metrics) -> Iterator[tuple[Grouping, Group]]:
    for grouping in metrics.analysis.groups if metrics.analysis else ():
        if grouping.by in _JUDGED_BY:
            yield from ((grouping, group) for group in grouping.groups)


def compare(old: Metrics, new: Metrics, units: Units, rule: Rule) -> Interval | None:
    """Give the 95 % interval of the score's difference by a paired bootstrap.

    In each resample both models are scored on the same drawn patients (or lesions); the percentile
    interval is of new − old. None where all lesions are of one unit, or no lesion was clicked
    several times in any resample.
    """
    if units.count < 2:
        return None
    differences = [
        _resampled_scores(new, units, counts) - _resampled_scores(old, units, counts)
        for counts in draw_counts(units.count, resamples=rule.resamples, seed=rule.seed)
    ]
    found = percentile_interval(np.concatenate(differences))
    return Interval(lower=found[0], upper=found[1]) if found else None


def _resampled_scores(metrics: Metrics, units: Units, counts: Counts) -> Floats:
    """Score every resample as the whole test set is scored, (resamples,)."""
    lesions = metrics.lesions
    dice, long_axis, short_axis = (
        resampled_summaries(np.array(values, dtype=np.float64), units.of_lesions, counts)[0]
        for values in (
            [lesion.dice for lesion in lesions],
            [lesion.long_axis_error for lesion in lesions],
            [lesion.short_axis_error for lesion in lesions],
        )
    )
    if metrics.aggregates.challenge_score is None:
        return np.asarray(dice)
    clicks = np.array([entry.dice for entry in metrics.clicks], dtype=np.float64)
    consistency = resampled_summaries(clicks, units.of_clicks, counts)[0]
    return challenge_scores(dice, long_axis, short_axis, consistency)
