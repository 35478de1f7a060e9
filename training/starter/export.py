"""From a run's checkpoint to a model folder with its card."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from algorithm.manifest import Card
from algorithm.models.zoom_export import export_zoom
from algorithm.models.zoom_settings import ZoomSettings
from algorithm.zoom_manifest import ZoomOrigin
from training.starter.loop import CHECKPOINT, load_averaged, recipe_of
from training.starter.recipe import Recipe
from uls.errors import InputError

__all__ = ["CARD", "Exported", "export_run"]

CARD = Card(
    description="A small network that segments the clicked lesion, looking from several zooms.",
    intended_use="Trying out click segmentation of lesions in CT, research, teaching, a first "
    "contour to correct. No medical device: every mask needs a person's eye.",
    limits="Trained on synthetic lesions and 22 outlines of patients' lesions; never on liver, "
    "kidney, pancreas, colon or bone lesions of patients. See MODEL_CARD.md for what was measured.",
    licence="Apache-2.0; trained on CT under CC BY 3.0, CC BY 4.0 and Apache-2.0, see "
    "MODEL_CARD.md",
    source="python -m training starter train",
)


@dataclass(frozen=True)
class Exported:
    """What was exported: samples seen and minutes trained are the card's."""

    folder: Path
    recipe: Recipe
    steps: int
    minutes: float
    parameters: int


def export_run(
    run: Path, folder: Path, recipe: Recipe | None = None, *, settings: ZoomSettings | None = None
) -> Exported:
    """Write the averaged network of a run's last checkpoint as a model folder.

    Args:
        run: the run's folder.
        folder: the model folder to make; one that is there is replaced.
        recipe: for its settings of the search; by default the run's own recipe.
        settings: how the model searches; by default those of the recipe.

    Raises:
        InputError: the run has no checkpoint, or the recipe is not what it was trained by.
    """
    recipe = _checked(run, recipe)
    network, progress = load_averaged(run, recipe)
    export_zoom(
        network,
        folder,
        name="starter",
        card=CARD,
        settings=settings or recipe.search,
        origin=ZoomOrigin(
            recipe_sha256=sha256(recipe.model_dump_json().encode()).hexdigest(),
            seed=str(recipe.seed),
            steps=str(progress.step),
            trained_on=progress.trained_on,
        ),
    )
    parameters = sum(tensor.numel() for tensor in network.parameters())
    return Exported(folder, recipe, progress.step, progress.seconds / 60, parameters)


def _checked(run: Path, recipe: Recipe | None) -> Recipe:
    """Give the recipe, the run's own if there is none, if the run was trained by it."""
    checkpoint = run / CHECKPOINT
    if not checkpoint.exists():
        hint = "Start it with `python -m training starter train`."
        raise InputError.about(checkpoint, expected="a checkpoint", found="none", hint=hint)
    own = recipe_of(run)
    if recipe is not None and not recipe.trains_as(own):
        raise InputError.about(
            checkpoint,
            expected=f"a run of this recipe (seed {recipe.seed})",
            found=f"one of another (seed {own.seed})",
            hint="Give its own recipe, or none; only [search] may differ.",
        )
    return recipe or own
