"""A comparison as text that people read."""

from collections.abc import Sequence

from evaluation.compare.comparison import Comparison, Published, Range, Standing, Test
from evaluation.compare.entries import METRICS

__all__ = ["comparison_table"]

_STANDING_HEADINGS = (
    "rank",
    "95 %",
    "first in",
    "submission",
    "score",
    "95 %",
    "Dice",
    "long err",
    "short err",
    "consistency",
)
_TEST_HEADINGS = (
    "metric",
    "a",
    "b",
    "median a−b",
    "95 %",
    "mean a−b",
    "95 %",
    "ties",
    "p",
    "p (Holm)",
    "better",
)
_SHORT = dict(zip(METRICS, ("Dice", "long err", "short err", "consistency"), strict=True))
_UNKNOWN = "-"
_SIGNIFICANT = 0.05

Row = tuple[str, ...]


def comparison_table(comparison: Comparison) -> str:
    """Lay out the ranks, the published row under them, the tests, and what to know of both."""
    ranks = [_standing_row(standing) for standing in comparison.standings]
    ranks.append(_published_row(comparison.published))
    tests = [_test_row(test) for test in comparison.tests]
    ranking = comparison.ranking
    notes = [
        f"Ranked by {ranking.ranked_by}; intervals and shares from {ranking.resamples} resamples "
        f"of {ranking.units} {ranking.unit}s (seed {ranking.seed}).",
        "p: Wilcoxon's signed-rank test, two-sided; Holm-corrected for all tests of this table; "
        f"* marks p (Holm) < {_SIGNIFICANT}.",
        f"{comparison.published.name}: {comparison.published.source}; other lesions, so no rank.",
        *(f"{test.metric}, {test.a} and {test.b}: {test.note}." for test in _noted(comparison)),
        *comparison.notes,
    ]
    return "\n\n".join(
        [_table(_STANDING_HEADINGS, ranks), _table(_TEST_HEADINGS, tests), "\n".join(notes)]
    )


def _noted(comparison: Comparison) -> list[Test]:
    return [test for test in comparison.tests if test.note]


def _standing_row(standing: Standing) -> Row:
    low, high = standing.rank_interval
    return (
        f"{standing.rank}",
        f"{low}–{high}",
        f"{standing.first_share:.0%}",
        standing.name,
        _figure(standing.challenge_score),
        _range(standing.challenge_score_interval),
        *(_figure(standing.means[metric]) for metric in METRICS),
    )


def _published_row(published: Published) -> Row:
    means = (_figure(published.means[metric]) for metric in METRICS)
    name = f"{published.name} (published)"
    return ("", "", "", name, _figure(published.challenge_score), "", *means)


def _test_row(test: Test) -> Row:
    star = "*" if test.p_holm < _SIGNIFICANT else ""
    return (
        _SHORT[test.metric],
        test.a,
        test.b,
        f"{test.median_difference:+.4f}",
        _range(test.median_interval, sign="+"),
        f"{test.mean_difference:+.4f}",
        _range(test.mean_interval, sign="+"),
        f"{test.ties}/{test.lesions}",
        f"{test.p:.2g}",
        f"{test.p_holm:.2g}{star}",
        test.better or "neither",
    )


def _figure(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.4f}"


def _range(interval: Range | None, *, sign: str = "") -> str:
    if interval is None:
        return _UNKNOWN
    return f"{interval.lower:{sign}.4f} to {interval.upper:{sign}.4f}"


def _table(headings: Row, rows: Sequence[Row]) -> str:
    widths = [max(len(row[i]) for row in (headings, *rows)) for i in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (headings, *rows)
    )
