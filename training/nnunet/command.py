"""`python -m training nnunet …`: plan, train, fine-tune, join, predict, trainers."""

from pathlib import Path
from typing import Annotated

import typer

from algorithm.engines.engine_names import DeviceName, EngineName, PrecisionName
from training.nnunet import options
from training.nnunet.framework.schedules import FINE_TUNE, SCHEDULES, TRAINERS_FOLDER
from training.nnunet.planning.presets import PRESETS
from uls.workshop import command_line
from uls.workshop.command_line import commands

__all__ = ["app"]

app = commands(
    help="Train with nnU-Net v2: no resampling, trainers by name, hand-over of weights.\n\n"
    "A job that was stopped goes on when its command is given again; what is done is not redone.",
    no_args_is_help=True,
)

_RawArgument = Annotated[
    Path, typer.Argument(help="nnU-Net raw data set: a folder DatasetNNN_Name.", metavar="RAW")
]


@app.command()
def plan(
    raw: _RawArgument,
    *,
    output: options.Output,
    preset: options.PresetName = "uls23-baseline",
    patch: options.Patch = None,
    batch_size: options.BatchSize = None,
    network: options.NetworkFile = None,
    processes: options.Processes = 1,
    verbose: options.Verbose = False,
) -> None:
    """Plan and prepare a raw data set: OUTPUT/preprocessed."""
    command_line.start_log(verbose=verbose)
    from training.nnunet.data.raw_dataset import RawDataset  # noqa: PLC0415
    from training.nnunet.planning import presets  # noqa: PLC0415
    from training.nnunet.run import jobs  # noqa: PLC0415

    changed = options.overrides(patch=patch, batch_size=batch_size, network=network)
    data = jobs.plan(
        RawDataset.read(raw), presets.preset(preset), changed, output, processes=processes
    )
    typer.echo(f"{data.root}: {data.dataset}, {data.plans_name}, {data.folds} folds")
    if presets.preset(preset).resamples:
        typer.echo(
            "VOIs are resampled: nnU-Net runs what is trained on them, `algorithm` does not."
        )


@app.command()
def train(
    data: Annotated[
        Path, typer.Argument(help="The folder that `plan` was given as --output.", metavar="DATA")
    ],
    *,
    output: options.Output,
    trainer: Annotated[
        str, typer.Option("--trainer", help="Trainer, ours (see `trainers`) or nnU-Net's.")
    ] = "nnUNetTrainer_ULS_1k",
    folds: options.Folds = "all",
    pretrained: Annotated[
        Path | None,
        typer.Option("--pretrained", help="Begin with these weights: a .pth or a result folder."),
    ] = None,
    keep_head: options.KeepHead = False,
    epochs: options.Epochs = None,
    iterations: options.Iterations = 250,
    validation_iterations: options.ValidationIterations = 50,
    lr: options.InitialLr = None,
    save_every: options.SaveEvery = 5,
    large_times: options.LargeTimes = 1,
    large_from: options.LargeFrom = 50.0,
    device: options.Device = "cuda",
    loaders: options.Loaders = None,
    validate: options.Validate = True,
    seed: options.Seed = None,
    verbose: options.Verbose = False,
) -> None:
    """Train a network per fold: OUTPUT/model, which `python -m algorithm --model` runs."""
    command_line.start_log(verbose=verbose)
    from training.nnunet.planning.auto_plans import resamples  # noqa: PLC0415
    from training.nnunet.preprocessing.training_data import TrainingData  # noqa: PLC0415
    from training.nnunet.run import folds as training  # noqa: PLC0415
    from training.nnunet.run import handover, jobs, validation  # noqa: PLC0415

    training.check_device(device)
    run = training.TrainingRun(
        data=TrainingData.read(data / jobs.DATA),
        trainer=trainer,
        folds=options.folds(folds),
        settings=options.settings(
            epochs=epochs,
            iterations=iterations,
            validation_iterations=validation_iterations,
            lr=lr,
            save_every=save_every,
            keep_head=keep_head,
            large_times=large_times,
            large_from=large_from,
        ),
        pretrained=None if pretrained is None else handover.find_checkpoint(pretrained),
        device=device,
        loaders=loaders,
        validate=validate,
        raw=validation.raw_of(data),
        seed=seed,
    )
    training.check_folds(run.data, run.folds)
    _say_model(jobs.train(run, output), resampled=resamples(run.data.plans, run.data.configuration))


@app.command("fine-tune")
def fine_tune(
    model: Annotated[
        Path,
        typer.Argument(help="nnU-Net result folder, or RUN/model.", metavar="MODEL"),
    ],
    raw: _RawArgument,
    *,
    output: options.Output,
    trainer: Annotated[
        str, typer.Option("--trainer", help="By default 300 epochs from a rate of 1e-4.")
    ] = FINE_TUNE,
    folds: options.Folds = "0,1,2,3,4",
    from_fold: Annotated[
        str | None,
        typer.Option("--from-fold", help="Which of the model's folds; default all or the only."),
    ] = None,
    native_spacing: Annotated[
        bool,
        typer.Option(
            "--native-spacing", help="MODEL was trained unresampled, whatever its plans say."
        ),
    ] = False,
    keep_head: options.KeepHead = False,
    epochs: options.Epochs = None,
    iterations: options.Iterations = 250,
    validation_iterations: options.ValidationIterations = 50,
    lr: options.InitialLr = None,
    save_every: options.SaveEvery = 5,
    large_times: options.LargeTimes = 1,
    large_from: options.LargeFrom = 50.0,
    device: options.Device = "cuda",
    loaders: options.Loaders = None,
    validate: options.Validate = True,
    processes: options.Processes = 1,
    seed: options.Seed = None,
    verbose: options.Verbose = False,
) -> None:
    """Fine-tune a model on a data set, in folds of whole patients: OUTPUT/model is their ensemble.

    The recipe is that of the HCUCH data set's paper: 300 epochs at 1e-4, five folds, averaged.
    """
    command_line.start_log(verbose=verbose)
    from training.nnunet.data.raw_dataset import RawDataset  # noqa: PLC0415
    from training.nnunet.run import jobs  # noqa: PLC0415

    tuning = jobs.FineTuning(
        model=model,
        raw=RawDataset.read(raw),
        from_fold=from_fold,
        native_spacing=native_spacing,
        trainer=trainer,
        folds=options.folds(folds),
        settings=options.settings(
            epochs=epochs,
            iterations=iterations,
            validation_iterations=validation_iterations,
            lr=lr,
            save_every=save_every,
            keep_head=keep_head,
            large_times=large_times,
            large_from=large_from,
        ),
        device=device,
        loaders=loaders,
        validate=validate,
        processes=processes,
        seed=seed,
    )
    _say_model(jobs.fine_tune(tuning, output))


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


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="Model folder or result folder.", metavar="MODEL")],
    images: Annotated[Path, typer.Argument(help="Folder of VOIs, the click in each one's centre.")],
    *,
    output: options.Output,
    mirror: Annotated[
        int, typer.Option("--mirror", min=0, max=8, help="Mirrored passes per VOI; 8: all.")
    ] = 8,
    engine: Annotated[EngineName, typer.Option("--engine", help="What runs the network.")] = "auto",
    device: Annotated[DeviceName, typer.Option("--device", help="Where it runs.")] = "auto",
    precision: Annotated[
        PrecisionName, typer.Option("--precision", help="What the network computes in.")
    ] = "f32",
    verbose: options.Verbose = False,
) -> None:
    """Predict the clicked lesion of every VOI in a folder: OUTPUT/masks, as pseudo-labels say."""
    command_line.start_log(verbose=verbose)
    from training.nnunet.run.predict import Prediction, predict_folder  # noqa: PLC0415

    prediction = Prediction(
        model, images, engine=engine, device=device, precision=precision, mirror=mirror
    )
    typer.echo(f"Masks: {predict_folder(prediction, output)}")


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
