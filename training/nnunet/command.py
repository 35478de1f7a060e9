"""`python -m training nnunet …`: plan, train, fine-tune, join, predict, trainers."""

from pathlib import Path
from typing import Annotated

import typer

from training.nnunet.framework.schedules import SCHEDULES, TRAINERS_FOLDER
from training.nnunet.planning.presets import PRESETS, Overrides, PresetByName
from training.nnunet.run import settings as shared
from uls.workshop import command_line
from uls.workshop.command_line import commands
from uls.workshop.options import Argument, Option, Settings, with_settings

__all__ = ["app"]

app = commands(
    help="Train with nnU-Net v2: no resampling, trainers by name, hand-over of weights.\n\n"
    "A job that was stopped goes on when its command is given again; what is done is not redone.",
    no_args_is_help=True,
)


class Plan(Settings):
    """What `plan` takes."""

    raw: shared.Raw
    output: shared.Output
    preset: PresetByName = PRESETS["uls23-baseline"]
    overrides: Overrides = Overrides()
    processes: shared.Processes = 1
    verbose: shared.Verbose = False


@app.command()
@with_settings
def plan(settings: Plan) -> None:
    """Plan and prepare a raw data set: OUTPUT/preprocessed."""
    command_line.start_log(verbose=settings.verbose)
    from training.nnunet.data.raw_dataset import RawDataset  # noqa: PLC0415
    from training.nnunet.run import jobs  # noqa: PLC0415

    data = jobs.plan(
        RawDataset.read(settings.raw),
        settings.preset,
        settings.overrides,
        settings.output,
        processes=settings.processes,
    )
    typer.echo(f"{data.root}: {data.dataset}, {data.plans_name}, {data.folds} folds")
    if settings.preset.resamples:
        typer.echo(
            "VOIs are resampled: nnU-Net runs what is trained on them, `algorithm` does not."
        )


class Train(Settings):
    """What `train` takes."""

    data: Annotated[
        Path, Argument(help="The folder that `plan` was given as --output.", metavar="DATA")
    ]
    output: shared.Output
    pretrained: Annotated[
        Path | None,
        Option("--pretrained", help="Begin with these weights: a .pth or a result folder."),
    ] = None
    how: shared.FoldSettings = shared.FoldSettings(validated=True)
    verbose: shared.Verbose = False


@app.command()
@with_settings
def train(settings: Train) -> None:
    """Train a network per fold: OUTPUT/model, which `python -m algorithm --model` runs."""
    command_line.start_log(verbose=settings.verbose)
    from training.nnunet.planning.auto_plans import resamples  # noqa: PLC0415
    from training.nnunet.preprocessing.training_data import TrainingData  # noqa: PLC0415
    from training.nnunet.run import folds as training  # noqa: PLC0415
    from training.nnunet.run import handover, jobs, validation  # noqa: PLC0415

    training.check_device(settings.how.machine.device)
    pretrained = settings.pretrained
    run = training.TrainingRun(
        TrainingData.read(settings.data / jobs.DATA),
        settings.how,
        pretrained=None if pretrained is None else handover.find_checkpoint(pretrained),
        raw=validation.raw_of(settings.data),
    )
    training.check_folds(run.data, run.how.folds)
    model = jobs.train(run, settings.output)
    _say_model(model, resampled=resamples(run.data.plans, run.data.configuration))


class FineTune(shared.FineTuning):
    """What `fine-tune` takes."""

    output: shared.Output
    how: shared.FoldSettings = shared.TUNED_FOLDS.model_copy(update={"validated": True})
    verbose: shared.Verbose = False


@app.command()
@with_settings
def fine_tune(settings: FineTune) -> None:
    """Fine-tune a model on a data set, in folds of whole patients: OUTPUT/model is their ensemble.

    The recipe is that of the HCUCH data set's paper: 300 epochs at 1e-4, five folds, averaged.
    """
    command_line.start_log(verbose=settings.verbose)
    from training.nnunet.run import jobs  # noqa: PLC0415

    _say_model(jobs.fine_tune(settings, settings.output))


@app.command()
def join(
    folders: Annotated[
        list[Path],
        typer.Argument(help="Result folders or RUN/model, of one training."),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", help="The result folder to make.")],
) -> None:
    """Join folds that were trained apart, on several GPUs say, into one ensemble."""
    command_line.start_log()
    from training.nnunet.run.join import join_folds  # noqa: PLC0415

    _say_model(join_folds(folders, output))


class Predict(shared.Prediction):
    """What `predict` takes."""

    output: shared.Output
    verbose: shared.Verbose = False


@app.command()
@with_settings
def predict(settings: Predict) -> None:
    """Predict the clicked lesion of every VOI in a folder: OUTPUT/masks, as pseudo-labels say."""
    command_line.start_log(verbose=settings.verbose)
    from training.nnunet.run.predict import predict_folder  # noqa: PLC0415

    typer.echo(f"Masks: {predict_folder(settings, settings.output)}")


@app.command()
def trainers(
    *,
    path: Annotated[
        bool, typer.Option("--path", help="Say only where nnUNet_extTrainer finds them.")
    ] = False,
) -> None:
    """List the presets and the trainers, which nnU-Net's own commands find by nnUNet_extTrainer."""
    if path:
        typer.echo(str(TRAINERS_FOLDER))
        return
    for one in PRESETS.values():
        typer.echo(f"preset {one.name:<16} {one.description}")
    for name, schedule in SCHEDULES.items():
        typer.echo(f"{name:<34} {schedule.epochs:5d} epochs from {schedule.initial_lr:g}")
    typer.echo(f"export nnUNet_extTrainer={TRAINERS_FOLDER}")


def _say_model(folder: Path, *, resampled: bool = False) -> None:
    typer.echo(f"Model: {folder}")
    if resampled:
        from training.nnunet.planning.auto_plans import how_to_run  # noqa: PLC0415

        typer.echo(how_to_run(folder))
        return
    typer.echo(f"Run it: python -m algorithm --model {folder} --input … --output …")
