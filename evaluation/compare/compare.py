"""One comparison: submissions ranked, and tested pair by pair."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evaluation.analysis.units import Units
from evaluation.compare.comparison import Comparison, Published, Range, Ranking, Standing, Test
from evaluation.compare.entries import HIGHER_IS_BETTER, METRICS, Entries, Entry
from evaluation.compare.groups import group_scores
from evaluation.compare.paired import SignedRank, check_scipy, signed_rank
from evaluation.compare.ranking import Ranks, resampled_ranks
from evaluation.report.charts.published import BASELINE, BASELINE_LESIONS, BASELINE_NAME
from uls.statistics.bootstrap import (
    FIGURES,
    Floats,
    draw_counts,
    percentile_interval,
    resampled_summaries,
)
from uls.statistics.holm import holm

__all__ = ["RESAMPLES", "SEED", "compare_entries"]

RESAMPLES = 10_000
SEED = 23
_TAIL = 0.025
_SOURCE = "de Grauw et al. 2025, test set; published, not computed here"


def compare_entries(
    entries: Entries, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Comparison:
    """Rank submissions and test every pair of them.

    Raises:
        CallError: scipy is missing.
    """
    check_scipy()
    ranks = resampled_ranks(entries, resamples=resamples, seed=seed)
    standings = _standings(entries, ranks)
    return Comparison(
        standings=standings,
        ranking=Ranking(
            ranked_by=ranks.by,
            unit=entries.units.unit,
            units=entries.units.count,
            resamples=resamples,
            left_out=ranks.left_out,
            seed=seed,
        ),
        tests=_tests(entries, resamples=resamples, seed=seed),
        groups=group_scores(entries, order=[standing.name for standing in standings]),
        published=_published(),
        notes=_notes(entries, ranks),
    )


def _standings(entries: Entries, ranks: Ranks) -> list[Standing]:
    standings = [_standing(entry, ranks, i) for i, entry in enumerate(entries.entries)]
    return sorted(standings, key=lambda standing: standing.rank)


def _standing(entry: Entry, ranks: Ranks, index: int) -> Standing:
    low, high = np.quantile(ranks.drawn_ranks[index], [_TAIL, 1 - _TAIL], method="inverted_cdf")
    has_score = ranks.by == "ChallengeScore"
    return Standing(
        name=entry.name,
        file=str(entry.file),
        rank=int(ranks.ranks[index]),
        rank_interval=(int(low), int(high)),
        first_share=float(ranks.first_shares[index]),
        challenge_score=float(ranks.scores[index]) if has_score else None,
        challenge_score_interval=_range(ranks.drawn_scores[index]) if has_score else None,
        means={
            metric: float(values.mean()) if len(values) else None
            for metric, values in zip(METRICS, entry.scores, strict=True)
        },
        zeroed_lesions=entry.zeroed,
    )


def _range(draws: Floats) -> Range | None:
    interval = percentile_interval(draws)
    return Range(lower=interval[0], upper=interval[1]) if interval else None


@dataclass(frozen=True, eq=False)
class _Case:
    """Two entries on one metric."""

    metric: str
    a: str
    b: str
    of_a: Floats
    of_b: Floats


def _cases(entries: Entries) -> list[_Case]:
    """List every pair on every metric that has values."""
    return [
        _Case(metric, a.name, b.name, a.scores[i], b.scores[i])
        for a, b in combinations(entries.entries, 2)
        for i, metric in enumerate(METRICS)
        if len(a.scores[i])
    ]


def _tests(entries: Entries, *, resamples: int, seed: int) -> list[Test]:
    """Test every case; the correction is for all of them."""
    cases = _cases(entries)
    results = [signed_rank(case.of_a, case.of_b) for case in cases]
    corrected = holm([result.p for result in results])
    draws = [_resampled(case, entries.units, resamples=resamples, seed=seed) for case in cases]
    return [_test(*parts) for parts in zip(cases, results, corrected, draws, strict=True)]


def _test(case: _Case, result: SignedRank, p_holm: float, draws: tuple[Floats, Floats]) -> Test:
    differences = case.of_a - case.of_b
    medians, means = draws
    mean = float(differences.mean())
    return Test(
        metric=case.metric,
        a=case.a,
        b=case.b,
        lesions=len(differences),
        ties=result.ties,
        median_difference=float(np.median(differences)),
        median_interval=_range(medians),
        mean_difference=mean,
        mean_interval=_range(means),
        p=result.p,
        p_holm=p_holm,
        better=_better(case, round(mean, 12)),
        note=result.note,
    )


def _resampled(case: _Case, units: Units, *, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Give the median and the mean difference of every resample; none if all is of one unit."""
    unit_of = units.of_clicks if case.metric == "ConsistencyDice" else units.of_lesions
    if len(np.unique(unit_of)) < 2:
        return np.empty(0), np.empty(0)
    parts = [
        resampled_summaries(case.of_a - case.of_b, unit_of, counts)
        for counts in draw_counts(units.count, resamples=resamples, seed=seed)
    ]
    figures = np.concatenate(parts, axis=1)
    return figures[FIGURES.index("median")], figures[FIGURES.index("mean")]


def _better(case: _Case, mean_difference: float) -> str | None:
    if mean_difference == 0:
        return None
    return case.a if (mean_difference > 0) == (case.metric in HIGHER_IS_BETTER) else case.b


def _published() -> Published:
    means = {metric: BASELINE[metric][0] for metric in METRICS}
    return Published(
        name=BASELINE_NAME,
        source=_SOURCE,
        lesions=BASELINE_LESIONS,
        challenge_score=BASELINE["ChallengeScore"][0],
        means=means,
    )


def _notes(entries: Entries, ranks: Ranks) -> list[str]:
    notes = []
    if ranks.by != "ChallengeScore":
        notes.append(
            "No lesion was clicked several times: no ChallengeScore exists, ranks are by mean Dice."
        )
    if entries.units.unit == "patient":
        notes.append(
            "Intervals and ranks are resampled by patient; Wilcoxon's test takes lesions as "
            "independent, and its p is too small where patients have several."
        )
    notes += [
        f"{entry.name}: {entry.zeroed} lesions were scored worst for want of a usable mask."
        for entry in entries.entries
        if entry.zeroed
    ]
    return notes
