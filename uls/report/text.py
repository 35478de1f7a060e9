"""Figures as text; what does not exist is a dash."""

from collections.abc import Sequence
from typing import Protocol

from uls.report.page import UNKNOWN

__all__ = [
    "counted",
    "counted_of",
    "dice_std",
    "interval",
    "millimetres",
    "number",
    "percent",
    "percent_std",
    "share",
    "signed",
]

MINUS = "\N{MINUS SIGN}"


class MeanStd(Protocol):
    """A mean and its standard deviation; either may be unknown."""

    @property
    def mean(self) -> float | None:
        """The mean."""

    @property
    def std(self) -> float | None:
        """The standard deviation."""


class Share(Protocol):
    """A share of cases; unknown where there are none."""

    @property
    def share(self) -> float | None:
        """The share, 0 to 1."""

    @property
    def count(self) -> int:
        """How many cases count."""

    @property
    def of(self) -> int:
        """How many cases there are."""


class Bounds(Protocol):
    """An interval; either end may be unknown."""

    @property
    def lower(self) -> float | None:
        """Its lower end."""

    @property
    def upper(self) -> float | None:
        """Its upper end."""


def number(value: float | None, digits: int = 3) -> str:
    """Format with a true minus sign; never as -0."""
    if value is None:
        return UNKNOWN
    return f"{value:z.{digits}f}".replace("-", MINUS)


def signed(value: float | None, digits: int) -> str:
    """Format with a plus or minus sign, but zero with neither."""
    text = number(value, digits)
    return text if value is None or text[0] == MINUS or not float(text) else f"+{text}"


def percent(fraction: float | None, digits: int = 1) -> str:
    """Format a fraction as percent."""
    return UNKNOWN if fraction is None else f"{number(100 * fraction, digits)} %"


def millimetres(value: float | None) -> str:
    """Format a length in mm without its unit, to a tenth."""
    return number(value, 1)


def interval(bounds: Bounds | None, *, digits: int = 3, times: float = 1, unit: str = "") -> str:
    """Format an interval as "0.612 to 0.688"."""
    if bounds is None or bounds.lower is None or bounds.upper is None:
        return UNKNOWN
    lower, upper = (number(times * end, digits) for end in (bounds.lower, bounds.upper))
    return f"{lower} to {upper}{unit}"


def dice_std(summary: MeanStd) -> str:
    """Format mean and standard deviation."""
    std = f" ± {number(summary.std)}" if summary.std is not None else ""
    return f"{number(summary.mean)}{std}"


def percent_std(summary: MeanStd) -> str:
    """Format mean and standard deviation of fractions as percent."""
    if summary.mean is None:
        return UNKNOWN
    std = f" ± {number(100 * summary.std, 1)}" if summary.std is not None else ""
    return f"{number(100 * summary.mean, 1)}{std} %"


def share(part: Share) -> str:
    """Format a share alone: "60.0 %"."""
    return percent(part.share)


def counted_of(part: Share) -> str:
    """Format as "12 of 20"."""
    return f"{part.count} of {part.of}"


def counted(items: int | Sequence[object], what: str) -> str:
    """Format as "1 lesion", "2 lesions"."""
    n = items if isinstance(items, int) else len(items)
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
