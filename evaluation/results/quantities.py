"""What the sections of metrics.json are made of: means, shares and 95 % intervals."""

from typing import Annotated

from pydantic import Field

from evaluation.results.section import Section

__all__ = ["Interval", "MeanStd", "Share", "SummaryIntervals"]


class MeanStd(Section):
    """Mean and the sample's standard deviation; null where they do not exist."""

    mean: float | None = None
    std: float | None = None
    count: int


class Share(Section):
    """How many of how many, as a fraction with Wilson's score interval; null where `of` is 0."""

    count: int
    of: int
    share: float | None = None
    lower: float | None = None
    upper: float | None = None


class Interval(Section):
    """A 95 % confidence interval."""

    lower: float
    upper: float


class SummaryIntervals(Section):
    """Intervals of a metric's summary; of minimum and maximum a bootstrap knows none."""

    mean: Interval | None = None
    std: Interval | None = None
    lower_quartile: Annotated[Interval | None, Field(alias="25pc")] = None
    median: Interval | None = None
    upper_quartile: Annotated[Interval | None, Field(alias="75pc")] = None
