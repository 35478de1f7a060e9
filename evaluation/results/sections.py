"""What metrics.json holds under `analysis`. Intervals are 95 % throughout."""

from typing import Annotated, Literal

from pydantic import Field

from evaluation.results.quantities import Interval, MeanStd, Share, SummaryIntervals
from evaluation.results.section import Section

__all__ = [
    "Agreement",
    "Analysis",
    "AxisAgreement",
    "BlandAltman",
    "Detection",
    "Group",
    "Grouping",
    "Intervals",
    "JobTime",
    "ObserverStudy",
    "RecistSummary",
    "RunTime",
    "SurfaceSummary",
]


class Group(Section):
    """The lesions that share one value."""

    name: str
    lesions: int
    dice: MeanStd
    long_axis_error: MeanStd
    short_axis_error: MeanStd
    detected: Share
    """Lesions with a Dice above 0.1."""


class Grouping(Section):
    """The lesions, parted by one of their properties."""

    by: str
    """Column of lesions.csv, or `long_axis_mm`, `long_axis_voxels` (the reference's), or
    `slice_spacing_mm`."""
    source: Literal["lesions.csv", "reference"]
    unknown: int
    """Lesions without a value, which are in no group."""
    groups: list[Group]
    """In ascending order of size, else of name; no group is empty."""


class BlandAltman(Section):
    """Differences prediction − reference: their mean, and the limits of agreement ± 1.96 SD."""

    bias: float | None = None
    std: float | None = None
    lower: float | None = None
    upper: float | None = None
    count: int


class AxisAgreement(Section):
    """How far one axis of the predictions agrees with the references', in mm."""

    within_10_percent: Share
    """Lesions with |prediction − reference| ≤ 10 % of the reference; of all lesions."""
    mm: BlandAltman
    """Differences in mm, of the lesions that have that axis in both masks."""
    percent: BlandAltman
    """Differences in % of the mean of the two, of the same lesions."""
    not_compared: int
    """Lesions that have no length in one of the masks (empty, a single pixel) or no prediction."""


class ObserverStudy(Section):
    """Repeated readings of one observer, to compare with: relative differences in %."""

    source: str
    bias: float
    bias_lower: float
    bias_upper: float
    std: float
    lower: float
    """bias − 1.96 std, worked out from the published figures."""
    upper: float
    """bias + 1.96 std, likewise."""


class Agreement(Section):
    """Agreement of both axes."""

    long_axis: AxisAgreement
    short_axis: AxisAgreement
    observer_study: ObserverStudy


class Intervals(Section):
    """Percentile bootstrap of `aggregates`, under the same keys; null where nothing varies."""

    method: str
    resamples: int
    seed: int
    unit: Literal["patient", "lesion"]
    """What is drawn with replacement, with all its lesions and repeated clicks."""
    units: int
    challenge_score: Annotated[Interval | None, Field(alias="ChallengeScore")]
    dice: Annotated[SummaryIntervals, Field(alias="SegmentationDice")]
    long_axis_error: Annotated[SummaryIntervals, Field(alias="LongAxisErrorPercentage")]
    short_axis_error: Annotated[SummaryIntervals, Field(alias="ShortAxisErrorPercentage")]
    consistency: Annotated[SummaryIntervals, Field(alias="ConsistencyDice")]


class RecistSummary(Section):
    """What the errors mean for RECIST 1.1."""

    measurable_by_reference: Share
    """Of all lesions."""
    measurable_by_prediction: Share
    """Of the lesions with a prediction."""
    lost: Share
    """Not measurable by the prediction, of those that are by the reference and have a prediction:
    the lesions that the next four shares are of."""
    gained: Share
    """Measurable by the prediction, of those that are not by the reference but have one."""
    stable: Share
    progression: Share
    partial_response: Share
    complete_response: Share


class Detection(Section):
    """Lesions found, lesions missed, and what was marked beside them; shares of all lesions."""

    detected: Share
    """Dice above 0.1."""
    without_prediction: Share
    empty_prediction: Share
    misses_click: Share
    """A prediction that is not empty and does not hold the click."""
    off_centre: Share
    """A component that does not hold the click."""
    off_centre_components: int
    off_centre_voxels: int


class JobTime(Section):
    """How long one job ran, as the platform says."""

    job: str | None
    stack: str
    seconds: float | None
    source: str | None
    """The keys of predictions.json that say so."""


class RunTime(Section):
    """How long the jobs ran; null where no job says so."""

    jobs: list[JobTime]
    known: int
    mean_seconds: float | None = None
    max_seconds: float | None = None


class SurfaceSummary(Section):
    """Surface distances over all lesions with a prediction."""

    tolerance_mm: float
    dice: MeanStd
    hausdorff_95_mm: MeanStd
    infinite: int
    """Lesions with one empty mask, whose distance is infinite and in no mean."""


class Analysis(Section):
    """All that is derived from the scores of the single lesions."""

    groups: list[Grouping]
    agreement: Agreement
    intervals: Intervals
    recist: RecistSummary
    detection: Detection
    run_time: RunTime
    surface: SurfaceSummary | None = None
    """Null unless `--surface` was asked for."""
