"""From a run's checkpoint to a model folder with its card."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from algorithm.models.certainty import Certainty
from algorithm.models.importing.zoom_export import export_zoom
from algorithm.models.zoom_manifest import ZoomManifest, ZoomOrigin
from algorithm.models.zoom_settings import ZoomSettings
from training.starter.export.about import About, plain_about
from training.starter.run.checkpoint import CHECKPOINT, load_averaged, recipe_of
from training.starter.settings.recipe import Recipe
from uls.workshop.errors import InputError

__all__ = ["Exported", "export_run"]


@dataclass(frozen=True)
class Exported:
    """What was exported, for the card.

    Attributes:
        folder: the model's.
        recipe: the run's.
        about: what a person says of it.
        steps: of the run.
        minutes: that they took.
        parameters: of the network.
        manifest: of the model.
    """

    folder: Path
    recipe: Recipe
    about: About
    steps: int
    minutes: float
    parameters: int
    manifest: ZoomManifest


def export_run(
    run: Path,
    folder: Path,
    recipe: Recipe | None = None,
    *,
    settings: ZoomSettings | None = None,
    about: About | None = None,
    certainty: Certainty | None = None,
) -> Exported:
    """Write the averaged network of a run's last checkpoint as a model folder.

    Args:
        run: the run's folder.
        folder: the model folder to make; one that is there is replaced.
        recipe: for its settings of the search; by default the run's own recipe.
        settings: how the model searches; by default those of the recipe.
        about: what a person says of it; by default that nothing was said.
        certainty: what Dice to expect of its masks, if that was fitted.

    Raises:
        InputError: the run has no checkpoint, or the recipe is not what it was trained by.
    """
    recipe = _checked(run, recipe)
    network, progress = load_averaged(run, recipe)
    about = about or plain_about(progress.trained_on)
    manifest = export_zoom(
        network,
        folder,
        name="starter",
        card=about.card,
        settings=settings or recipe.search,
        certainty=certainty,
        origin=ZoomOrigin(
            recipe_sha256=sha256(recipe.model_dump_json().encode()).hexdigest(),
            seed=str(recipe.seed),
            steps=str(progress.step),
            trained_on=progress.trained_on,
        ),
    )
    parameters = sum(tensor.numel() for tensor in network.parameters())
    return Exported(
        folder=folder,
        recipe=recipe,
        about=about,
        steps=progress.step,
        minutes=progress.seconds / 60,
        parameters=parameters,
        manifest=manifest,
    )


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
