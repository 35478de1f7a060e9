"""The protocol's results as one table: per group, per size and in all, one row a method."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean, median

from evaluation.results.columns import Row, aligned
from training.starter.evaluate.scores import CaseScores, ClickScore

__all__ = ["BAD_DICE", "sections", "size_of", "table"]

BAD_DICE = 0.3
"""A click with a lower Dice counts as missed."""

_SMALL_MM, _LARGE_MM = 20.0, 50.0
"""Between them a lesion is of middle size, by its long axis. Ours: lung nodules and small nodes lie
below, and half of all colon tumours and most sarcomas above."""

_SIZES = (
    f"small < {_SMALL_MM:g} mm",
    f"middle {_SMALL_MM:g}-{_LARGE_MM:g}",
    f"large > {_LARGE_MM:g}",
)

_HEADINGS = (
    *("lesions", "method", "n", "clicks", "Dice", "median", f"<{BAD_DICE}"),
    *("consistency", "long SAPE", "short SAPE", "s/VOI"),
)
_WORDS = (0, 1)
_UNKNOWN = "-"


def table(scores: Mapping[str, Sequence[CaseScores]]) -> str:
    """Lay out the scores of some methods on the same cases.

    Args:
        scores: by method, in the order of its rows.
    """
    rows = [row for name, chosen in sections(scores) for row in _rows(name, chosen, scores)]
    return aligned(_HEADINGS, rows, words=_WORDS)


def size_of(case: CaseScores) -> str:
    """Say whether a lesion is small, of middle size or large."""
    if case.diameter_mm < _SMALL_MM:
        return _SIZES[0]
    return _SIZES[1] if case.diameter_mm <= _LARGE_MM else _SIZES[2]


def sections(
    scores: Mapping[str, Sequence[CaseScores]],
) -> Iterator[tuple[str, frozenset[str]]]:
    """Give the parts of the table: each one's heading, and the names of its lesions."""
    cases = next(iter(scores.values()), ())
    for group in dict.fromkeys(case.group for case in cases):
        yield group, frozenset(case.name for case in cases if case.group == group)
    for size in _SIZES:
        names = frozenset(case.name for case in cases if size_of(case) == size)
        if names:
            yield size, names
    yield "all", frozenset(case.name for case in cases)


def _rows(
    heading: str, names: frozenset[str], scores: Mapping[str, Sequence[CaseScores]]
) -> Iterator[Row]:
    for method, cases in scores.items():
        yield (heading, method, *_figures([case for case in cases if case.name in names]))
        heading = ""


def _figures(cases: Sequence[CaseScores]) -> Row:
    clicks = [click for case in cases for click in case.clicks]
    agreements = [case.consistency for case in cases if case.consistency is not None]
    dice = [click.dice for click in clicks]
    return (
        f"{len(cases)}",
        f"{len(clicks)}",
        _figure(_mean(clicks, lambda click: click.dice)),
        _figure(median(dice) if dice else None),
        f"{sum(value < BAD_DICE for value in dice) / len(dice):.0%}" if dice else _UNKNOWN,
        _figure(fmean(agreements) if agreements else None),
        _figure(_mean(clicks, lambda click: click.long_axis_sape)),
        _figure(_mean(clicks, lambda click: click.short_axis_sape)),
        _figure(_mean(clicks, lambda click: click.seconds), digits=2),
    )


def _mean(clicks: Sequence[ClickScore], value: Callable[[ClickScore], float]) -> float | None:
    return fmean(map(value, clicks)) if clicks else None


def _figure(value: float | None, *, digits: int = 3) -> str:
    return _UNKNOWN if value is None else f"{value:.{digits}f}"
