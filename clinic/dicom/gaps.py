"""Where slices are missing, or their spacing changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Gap", "describe_gaps", "gaps_of", "longest_even_run"]

_Floats = npt.NDArray[np.float64]

_LARGEST_MISS_MM = 0.1
_LARGEST_MISS = 0.25
"""By how much a slice may miss its place: by 0.1 mm, as much as rounding makes, or a quarter of the
spacing, whichever is smaller."""

_WHOLE = 0.1
"""How near to whole numbers of slices gaps must be to be called missing slices."""

_SHOWN = 3


@dataclass(frozen=True)
class Gap:
    """An uneven step between two slices that follow each other.

    Attributes:
        below: index of the slice before it.
        step_mm: how wide it is.
        usual_mm: how wide the others are.
        before: how many slices come before it, those that are missing counted.
    """

    below: int
    step_mm: float
    usual_mm: float
    before: int

    @property
    def n_missing(self) -> int:
        """How many slices are missing in it; 0 where it is no whole number of steps."""
        steps = self.step_mm / self.usual_mm
        return round(steps) - 1 if abs(steps - round(steps)) < _WHOLE else 0


def gaps_of(along_mm: _Floats) -> list[Gap]:
    """Find the uneven steps of ascending positions; none where all lie on an even grid."""
    steps = np.diff(along_mm)
    if _is_even(along_mm):
        return []
    usual = float(np.median(steps))
    odd = np.flatnonzero(np.abs(steps - usual) > 2 * _allowed_mm(usual))
    if not odd.size:  # drifting slowly away: name the worst place
        odd = np.array([int(np.abs(steps - steps.mean()).argmax())])
    gaps: list[Gap] = []
    missing = 0
    for index in odd.tolist():
        gap = Gap(index, float(steps[index]), usual, index + 1 + missing)
        missing += gap.n_missing
        gaps.append(gap)
    return gaps


def describe_gaps(gaps: Sequence[Gap], places: _Floats, *, backwards: bool) -> str:
    """Say which slices are missing, or where the spacing changes.

    Args:
        gaps: all of them, in order.
        places: of the slices that are there, (n, 3), mm.
        backwards: whether slices are counted from the other end.
    """
    n_missing = sum(gap.n_missing for gap in gaps)
    in_a_row = any(b.below == a.below + 1 for a, b in pairwise(gaps))
    if in_a_row or not all(gap.n_missing > 0 for gap in gaps):
        return _uneven(gaps, places)
    total = len(places) + n_missing
    numbers: list[str] = []
    for gap in gaps[:_SHOWN]:
        first, last = gap.before + 1, gap.before + gap.n_missing
        if backwards:
            first, last = total + 1 - last, total + 1 - first
        numbers.append(_range(first, last))
    more = " and others" if len(gaps) > _SHOWN else ""
    verb = "are" if n_missing > 1 else "is"
    what = f"slice{'s' * (n_missing > 1)} {', '.join(numbers)}{more}"
    widest = max(gap.step_mm for gap in gaps)
    return f"{what} of {total} {verb} missing (gap {widest:.1f} mm, else {gaps[0].usual_mm:.1f})"


def _range(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first} {'and' if last == first + 1 else 'to'} {last}"


def _uneven(gaps: Sequence[Gap], places: _Floats) -> str:
    at = ", ".join(
        f"{gap.step_mm:.2f} mm behind slice {gap.below + 1} ({_place(places[gap.below])})"
        for gap in gaps[:_SHOWN]
    )
    more = f", and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
    return f"uneven spacing: {gaps[0].usual_mm:.2f} mm, but {at}{more}"


def _place(place: _Floats) -> str:
    return f"at {place[0]:.0f}, {place[1]:.0f}, {place[2]:.0f} mm"


def longest_even_run(along_mm: _Floats) -> tuple[int, int]:
    """Give the first slice of the longest evenly spaced run, and the one behind its last."""
    best, first = (0, 1), 0
    for stop in range(2, len(along_mm) + 1):
        if not _is_even(along_mm[first:stop]):
            first = stop - 2
        if stop - first > best[1] - best[0]:
            best = (first, stop)
    return best


def _is_even(along_mm: _Floats) -> bool:
    even = np.linspace(along_mm[0], along_mm[-1], len(along_mm))
    allowed = _allowed_mm((along_mm[-1] - along_mm[0]) / (len(along_mm) - 1))
    return bool(np.abs(along_mm - even).max() <= allowed)


def _allowed_mm(step_mm: float) -> float:
    return min(_LARGEST_MISS_MM, _LARGEST_MISS * abs(step_mm))
