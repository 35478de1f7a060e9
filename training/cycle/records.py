"""What a cycle's folder says of itself in JSON: the set's versions, the rounds, the decisions."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from training.cycle.grids import Fit
from training.nnunet.run.settings import Folds, Iterations, ValidationIterations
from uls.workshop.options import Option, Settings

__all__ = [
    "Decision",
    "Entry",
    "FineTuneSettings",
    "GroupChange",
    "Interval",
    "Project",
    "Round",
    "RoundSettings",
    "Rule",
    "SegmentRecord",
    "SetVersion",
    "Source",
]


class _Record(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Rule(_Record):
    """When new weights are promoted: a higher score, and no group much worse."""

    margin: Annotated[
        float,
        Option("--margin", min=0, max=1, help="By how much a lesion group's mean Dice may fall."),
    ] = 0.02
    smallest_group: Annotated[
        int, Option("--smallest-group", min=1, help="Smaller groups are not judged.")
    ] = 5
    """Groups of fewer lesions are shown but not judged: chance alone moves them."""
    sure: Annotated[
        bool,
        Option(
            "--sure/--any-gain",
            help="Promote only if the gain's whole 95 % interval lies above 0, or for any gain.",
        ),
    ] = True
    resamples: int = Field(default=10_000, ge=100)
    seed: int = 23


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


class FineTuneSettings(Settings):
    """How the weights are tuned; what is None is left to the trainer."""

    trainer: Annotated[
        str | None, Option("--trainer", help="By default that of nnunet fine-tune.")
    ] = None
    epochs: Annotated[
        int | None, Option("--epochs", min=1, help="By default the trainer's, 300.")
    ] = None
    iterations: Iterations = 250
    validation_iterations: ValidationIterations = 50
    learning_rate: Annotated[
        float | None, Option("--lr", above=0, help="By default the trainer's, 1e-4.")
    ] = None
    folds: Folds = ("all",)
    from_fold: Annotated[
        str | None, Option("--from-fold", help="Which of the model's folds to tune.")
    ] = None
    native_spacing: Annotated[
        bool, Option("--native-spacing", help="The model was trained unresampled.")
    ] = False
    seed: int | None = None


class RoundSettings(Settings):
    """What decides a round's result, beside the set and the models."""

    settings: FineTuneSettings = FineTuneSettings()
    smallest_axis_px: Annotated[
        float, Option("--smallest-px", min=0, help="Shorter lesions are not trained on.")
    ] = 5.0
    seed: Annotated[int, Option("--seed", min=0, help="Of clicks and weights.")] = 23
    signed_off_only: Annotated[
        bool, Option("--signed-off-only", help="Train on cases that were signed off.")
    ] = False
    begin_with: Annotated[
        Literal["current", "original"],
        Option(
            "--begin-with",
            help="Tune the promoted model on, or the first one anew on all masks so far, as the "
            "HCUCH paper did.",
        ),
    ] = "current"


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
