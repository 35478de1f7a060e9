"""What a cycle and its rounds are asked to do: options, and what is recorded of them."""

from typing import Annotated, Literal

from pydantic import Field

from training.nnunet.run.settings import Folds, Iterations, ValidationIterations
from uls.workshop.options import Option, Settings

__all__ = ["FineTuneSettings", "RoundSettings", "Rule"]


class Rule(Settings):
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
