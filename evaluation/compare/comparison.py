"""What compare.json holds."""

from typing import Literal

from pydantic import BaseModel

__all__ = [
    "Cell",
    "Comparison",
    "GroupScores",
    "Published",
    "Range",
    "Ranking",
    "Standing",
    "Test",
]


class Range(BaseModel):
    """A 95 % interval of the bootstrap."""

    lower: float
    upper: float


class Standing(BaseModel):
    """One submission's place; metrics are means, errors fractions."""

    name: str
    file: str
    rank: int
    """1 is best; equal scores share the better rank."""
    rank_interval: tuple[int, int]
    """Within which 95 % of the resamples rank it."""
    first_share: float
    """Of the resamples; those where several are first are shared among them."""
    challenge_score: float | None
    challenge_score_interval: Range | None
    means: dict[str, float | None]
    zeroed_lesions: int
    """Scored worst for want of a usable mask."""


class Ranking(BaseModel):
    """How the ranks came about."""

    ranked_by: Literal["ChallengeScore", "SegmentationDice"]
    """Dice where no lesion was clicked several times."""
    unit: Literal["patient", "lesion"]
    units: int
    resamples: int
    left_out: int
    """Resamples without any repeated click, which have no ChallengeScore."""
    seed: int


class Test(BaseModel):
    """Two submissions compared on one metric; differences are a − b."""

    metric: str
    a: str
    b: str
    lesions: int
    ties: int
    median_difference: float
    median_interval: Range | None
    mean_difference: float
    mean_interval: Range | None
    p: float
    p_holm: float
    """Corrected for all tests of this comparison."""
    better: str | None
    """By the mean; None where the means are equal. Says nothing of certainty: p_holm does."""
    note: str = ""


class Published(BaseModel):
    """A published result, on other lesions than these: for orientation, not computed here."""

    name: str
    source: str
    lesions: int
    challenge_score: float
    means: dict[str, float]


class Cell(BaseModel):
    """One submission's scores of one group of lesions; errors are fractions."""

    name: str
    mean: float
    std: float | None
    """Sample standard deviation; null of a single lesion."""
    best: bool
    """No other submission has a better mean."""
    p: float | None
    """Of Wilcoxon's test against the best; null for the best itself, and for equal means."""
    p_holm: float | None
    """Corrected for all tests against the best."""


class GroupScores(BaseModel):
    """One metric of one group of lesions, by every submission."""

    metric: str
    by: Literal["all", "type", "group"]
    group: str
    lesions: int
    cells: list[Cell]
    """In the order of rank."""


class Comparison(BaseModel):
    """All of compare.json."""

    standings: list[Standing]
    """In the order of rank."""
    ranking: Ranking
    tests: list[Test]
    groups: list[GroupScores]
    """All lesions, then every type and training group that lesions.csv names."""
    published: Published
    notes: list[str]
