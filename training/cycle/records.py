"""What a cycle's folder says of itself in JSON: the set's versions, the rounds, the decisions."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from training.cycle.grids import Fit
from training.cycle.settings import RoundSettings, Rule

__all__ = [
    "Decision",
    "Entry",
    "GroupChange",
    "Interval",
    "Project",
    "Round",
    "SegmentRecord",
    "SetVersion",
    "Source",
]


class _Record(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Project(_Record):
    """project.json: what never changes in a cycle's folder."""

    created: datetime
    test_set: str
    """Folder with `input` and `ground-truth`."""
    test_set_sha256: str
    """Of all its files; a test set that changed does not compare with earlier scores."""
    rule: Rule = Rule()


class SegmentRecord(_Record):
    """One structure of an annotation, kept as a mask of its own on its scan's grid."""

    name: str
    value: int
    layer: int
    status: str
    """Slicer's: notstarted, inprogress, completed, flagged; empty if not told."""
    file: str
    """Under the cycle's folder; its name has the digest of its voxels."""
    sha256: str
    voxels: int
    volume_ml: float
    fit: Fit
    outside: int
    """Voxels outside the scan, which were lost."""


class Source(_Record):
    """The file that a person saved."""

    file: str
    sha256: str


class Entry(_Record):
    """The masks of one scan as one person left them."""

    case: str
    patient: str
    scan: str
    scan_sha256: str
    by: str
    signed_off_by: str = ""
    added: datetime
    source: Source
    segments: Annotated[tuple[SegmentRecord, ...], Field(min_length=1)]
    replaces: int | None = None
    """The version of the set whose masks of this case these replace; those are kept."""
    checked_against: str = ""
    """SHA-256 of the test set in whose VOIs the scan was looked for, and not found."""


class SetVersion(_Record):
    """set/NNNN.json: all masks that were valid at one time. Never changed once written."""

    version: int
    created: datetime
    changed: tuple[str, ...]
    """Cases that are new or whose masks are."""
    removed: tuple[str, ...] = ()
    """Cases that the version before had; their masks are kept."""
    entries: tuple[Entry, ...]


class Round(RoundSettings):
    """rounds/NNNN/round.json: what one round began with."""

    number: int
    created: datetime
    set_version: int
    base_model: str
    """Name of the model that the new weights are compared with, the promoted one."""


class Interval(_Record):
    """95 % of the resamples lie between."""

    lower: float
    upper: float


class GroupChange(_Record):
    """Mean Dice of one group of lesions, before and after."""

    by: str
    name: str
    lesions: int
    old: float
    new: float
    verdict: Literal["not worse", "worse", "too few to judge"]


class Decision(_Record):
    """rounds/NNNN/decision.json: whether the new weights were promoted, and why."""

    round: int
    decided: datetime
    promoted: bool
    reasons: tuple[str, ...]
    score: str
    """ChallengeScore, or SegmentationDice where no lesion was clicked several times."""
    old: float
    new: float
    difference: float
    interval: Interval | None
    """Of the difference, by a bootstrap of the same units for both; null of a single unit."""
    unit: str
    units: int
    groups: tuple[GroupChange, ...]
    rule: Rule
    set_version: int
    old_model: str
    new_model: str
    test_set_sha256: str
