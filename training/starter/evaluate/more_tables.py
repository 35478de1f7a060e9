"""Tables beside the main one: volumes, selectivity, corrections, certainty, readers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean, median

import numpy as np

from evaluation.analysis.intervals import RESAMPLES, SEED
from evaluation.results.columns import Row, aligned
from training.starter.evaluate.corrected import CorrectedScore
from training.starter.evaluate.readers import ReadersScore
from training.starter.evaluate.scores import CaseScores
from training.starter.evaluate.selectivity import HealthyScore, SelectedScore
from training.starter.evaluate.table import sections
from uls.statistics.bootstrap import interval_of_mean

__all__ = [
    "corrections_table",
    "known_certainty",
    "readers_table",
    "reliability",
    "reliability_table",
    "selectivity_table",
    "volumes_table",
]

_LITTLE, _MUCH = 0.2, 3.0
"""Predicted over reference volume, below and above which a mask is of no use."""

_BAD_DICE = 0.5
"""Masks below it are in need of a correction."""

_DRAWN_ML = 0.1
"""Less drawn at a click on nothing counts as nothing."""

_BINS = 5
_UNKNOWN = "-"


def volumes_table(scores: Mapping[str, Sequence[CaseScores]]) -> str:
    """Lay out each method's mean Dice with its interval, and how large its masks are."""
    headings = ("lesions", "method", "n", "Dice", "95 % interval", "best of clicks", "volume ratio")
    rows = [
        (heading if first else "", method, *_volumes([c for c in cases if c.name in names]))
        for heading, names in sections(scores)
        for first, (method, cases) in _numbered(scores)
    ]
    return aligned((*headings, f"<{_LITTLE:g}", f">{_MUCH:g}"), rows, words=(0, 1))


def _numbered(
    scores: Mapping[str, Sequence[CaseScores]],
) -> Iterator[tuple[bool, tuple[str, Sequence[CaseScores]]]]:
    for number, item in enumerate(scores.items()):
        yield number == 0, item


def _volumes(cases: Sequence[CaseScores]) -> Row:
    ratios = [click.volume_ratio for case in cases for click in case.clicks]
    means = [fmean(click.dice for click in case.clicks) for case in cases]
    best = [max(click.dice for click in case.clicks) for case in cases]
    return (
        f"{len(cases)}",
        f"{fmean(means):.3f}",
        _interval(means),
        f"{fmean(best):.3f}",
        f"{median(ratios):.2f}",
        f"{_share(ratios, lambda ratio: ratio < _LITTLE):.0%}",
        f"{_share(ratios, lambda ratio: ratio > _MUCH):.0%}",
    )


def _interval(values: Sequence[float]) -> str:
    interval = interval_of_mean(values, resamples=RESAMPLES, seed=SEED)
    return _UNKNOWN if interval is None else f"{interval[0]:.3f}-{interval[1]:.3f}"


def selectivity_table(selected: Sequence[SelectedScore], healthy: Sequence[HealthyScore]) -> str:
    """Lay out how well the clicked one of several lesions was drawn, and what on nothing."""
    groups = [
        ("apart", [one for one in selected if not one.touching]),
        ("touching", [one for one in selected if one.touching]),
        ("all", list(selected)),
    ]
    rows = [
        (
            name,
            f"{len(group)}",
            f"{fmean(one.dice for one in group):.3f}",
            _interval([one.dice for one in group]),
            f"{fmean(one.dice_alone for one in group):.3f}",
            f"{fmean(one.dice_all for one in group):.3f}",
            f"{fmean(one.in_others for one in group):.0%}",
        )
        for name, group in groups
        if group
    ]
    headings = ("clicked among several", "n", "Dice", "95 % interval", "alone", "against all")
    text = aligned((*headings, "in others"), rows, words=(0,))
    if not healthy:
        return text
    drawn = [one.drawn_ml for one in healthy]
    nothing = _share(drawn, lambda ml: ml < _DRAWN_ML)
    known = [one.certainty for one in healthy if one.certainty is not None]
    sure = f"; expected Dice {fmean(known):.2f}" if known else ""
    return (
        f"{text}\nclicks on nothing: {len(drawn)}; nothing drawn (below {_DRAWN_ML:g} ml) "
        f"{nothing:.0%}; median {median(drawn):.2f} ml, mean {fmean(drawn):.2f} ml{sure}"
    )


def corrections_table(scores: Sequence[CorrectedScore]) -> str:
    """Lay out the mean Dice after each correction, of all clicks and of those that began badly."""
    count = len(scores[0].dice)
    bad = [one for one in scores if one.dice[0] < _BAD_DICE]
    groups = list(dict.fromkeys(one.group for one in scores))
    parts = [(group, [one for one in scores if one.group == group]) for group in groups]
    parts += [(f"below {_BAD_DICE:g} at first", bad), ("all", list(scores))]
    rows = [
        (
            name,
            f"{len(part)}",
            *(f"{fmean(one.dice[number] for one in part):.3f}" for number in range(count)),
        )
        for name, part in parts
        if part
    ]
    headings = ("Dice after corrections", "clicks", *(f"{number}" for number in range(count)))
    return aligned(headings, rows, words=(0,))


def reliability(expected: Sequence[float], dice: Sequence[float]) -> list[tuple[int, float, float]]:
    """Give how many masks lie in each fifth of certainty, their mean certainty, their mean Dice."""
    bins = np.minimum((np.asarray(expected) * _BINS).astype(int), _BINS - 1)
    return [
        (
            int(np.count_nonzero(bins == number)),
            float(np.mean(np.asarray(expected)[bins == number])),
            float(np.mean(np.asarray(dice)[bins == number])),
        )
        for number in range(_BINS)
        if (bins == number).any()
    ]


def known_certainty(cases: Sequence[CaseScores]) -> tuple[list[float], list[float]]:
    """Give the expected and the measured Dice of all clicks whose method says what to expect."""
    pairs = [
        (click.certainty, click.dice)
        for case in cases
        for click in case.clicks
        if click.certainty is not None
    ]
    return [said for said, _ in pairs], [found for _, found in pairs]


def reliability_table(cases: Sequence[CaseScores]) -> str:
    """Lay out the Dice that was expected beside the one that was measured; empty where none was."""
    expected, dice = known_certainty(cases)
    if not expected:
        return ""
    rows = [
        (f"{count}", f"{said:.2f}", f"{found:.2f}")
        for count, said, found in reliability(expected, dice)
    ]
    error = fmean(abs(said - found) for said, found in zip(expected, dice, strict=True))
    table = aligned(("clicks", "expected Dice", "Dice"), rows, words=())
    return f"{table}\ncertainty is off by {error:.3f} in the mean"


def readers_table(scores: Sequence[ReadersScore]) -> str:
    """Lay out how well readers agree with each other."""
    rows = [(one.name, f"{one.nodules}", f"{one.dice:.3f}") for one in scores]
    return aligned(("readers of one nodule, pairs", "nodules", "Dice"), rows, words=(0,))


def _share(values: Sequence[float], holds: Callable[[float], bool]) -> float:
    return sum(map(holds, values)) / len(values)
