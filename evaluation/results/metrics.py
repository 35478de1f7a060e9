"""What metrics.json holds.

`case`, `consistency_check` and `aggregates` are the challenge's own keys, names and nesting; what
stands beside them is ours.
"""

from typing import Annotated

from pydantic import Field

from evaluation.results.lesion_sections import LesionRecist, OffCentre, SurfaceScore
from evaluation.results.section import Section
from evaluation.results.sections import Analysis

__all__ = [
    "Aggregates",
    "Case",
    "Clicks",
    "ClicksPair",
    "Consistency",
    "ConsistencySummary",
    "Lesion",
    "MaskMeasures",
    "Metrics",
    "NotScored",
    "Summary",
]

CLICKS_PER_LESION = 3
"""The challenge's number of clicks on a lesion, which its metrics.json states as `samples`."""

ByIndex = dict[str, float | None]
"""Scores under "0", "1", …, counted over all stacks."""


class Case(Section):
    """Per lesion: the three scores and its name."""

    dice: Annotated[ByIndex, Field(alias="SegmentationDice")]
    long_axis_error: Annotated[ByIndex, Field(alias="LongAxisErrorPercentage")]
    short_axis_error: Annotated[ByIndex, Field(alias="ShortAxisErrorPercentage")]
    fn: dict[str, str]


class Consistency(Section):
    """Per lesion with several clicks: the mean Dice of its pairs."""

    dice: Annotated[ByIndex, Field(alias="ConsistencyDice")]


class Summary(Section):
    """One metric over all lesions; a figure that does not exist is null."""

    min: float | None = None
    max: float | None = None
    lower_quartile: Annotated[float | None, Field(alias="25pc")] = None
    median: float | None = None
    upper_quartile: Annotated[float | None, Field(alias="75pc")] = None
    mean: float | None = None
    std: float | None = None
    count: int


class ConsistencySummary(Summary):
    """The same for click consistency."""

    samples: int = CLICKS_PER_LESION


class Aggregates(Section):
    """All metrics over all lesions, and the challenge's one number."""

    challenge_score: Annotated[float | None, Field(alias="ChallengeScore")]
    dice: Annotated[Summary, Field(alias="SegmentationDice")]
    long_axis_error: Annotated[Summary, Field(alias="LongAxisErrorPercentage")]
    short_axis_error: Annotated[Summary, Field(alias="ShortAxisErrorPercentage")]
    consistency: Annotated[ConsistencySummary, Field(alias="ConsistencyDice")]


Ends = tuple[tuple[int, int], tuple[int, int]]


class MaskMeasures(Section):
    """What one mask measures; lengths in mm are those of the lines found in voxels."""

    voxels: int
    volume_ml: float
    long_axis_voxels: float
    short_axis_voxels: float
    long_axis_mm: float
    short_axis_mm: float
    slice_z: int | None
    long_axis_yx: Ends | None
    short_axis_yx: Ends | None


class Lesion(Section):
    """One scored lesion, with all that a table or a figure of it needs."""

    fn: str
    stack: str
    voi: int
    spacing_mm: tuple[float, float, float]
    dice: float
    long_axis_error: float
    short_axis_error: float
    reference: MaskMeasures
    prediction: MaskMeasures | None
    notes: list[str]
    patient: str | None = None
    attributes: Annotated[dict[str, str], Field(default_factory=dict)]
    """The other columns of lesions.csv; a blank cell has no entry."""
    off_centre: OffCentre | None = None
    """Null where there was no prediction."""
    recist: LesionRecist | None = None
    surface: SurfaceScore | None = None
    """Null unless `--surface` was asked for and there was a prediction."""


class ClicksPair(Section):
    """Two clicks on one lesion: b's mask, moved by whole voxels, against a's."""

    a: int
    b: int
    move_zyx: tuple[int, int, int]
    dice: float
    notes: list[str]


class Clicks(Section):
    """One lesion with several clicks."""

    stack: str
    dice: float
    pairs: list[ClicksPair]
    patient: str | None = None


class NotScored(Section):
    """A stack whose prediction could not be used, so that its lesions have the worst score."""

    stack: str
    job: str | None
    reason: str
    lesions: int
    clicked_lesions: int


class Metrics(Section):
    """All of metrics.json."""

    case: Case
    consistency_check: Consistency
    aggregates: Aggregates
    lesions: list[Lesion]
    clicks: list[Clicks]
    missing: list[NotScored]
    warnings: list[str]
    analysis: Analysis | None = None
    """Null in a metrics.json of an earlier version."""
