"""`python -m training semi-supervised`: nnUnet-ResEnc+SS, a job that can be stopped anywhere."""

from pathlib import Path
from typing import Annotated

import typer

from training.nnunet import options
from uls.workshop import command_line

__all__ = ["semi_supervised"]


def semi_supervised(
    *,
    full: Annotated[
        Path, typer.Option("--full", help="Raw data set with full annotations: DatasetNNN_Name.")
    ],
    partial: Annotated[
        Path,
        typer.Option(
            "--partial",
            help="Raw data set of 2D pseudo-masks, from `grabcut`, or the challenge's archive of "
            "such masks: the folder that holds images and labels_grabcut.",
        ),
    ],
    output: options.Output,
    measurements: Annotated[
        Path | None,
        typer.Option(
            "--measurements",
            help="CSV with case, long_axis_px, short_axis_px, or DeepLesion's DL_info.csv; by "
            "default what `grabcut` noted, else the axes of the 2D masks.",
        ),
    ] = None,
    preset: options.PresetName = "uls23-baseline",
    patch: options.Patch = None,
    batch_size: options.BatchSize = None,
    network: options.NetworkFile = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", min=0, help="Pixels by which either axis may be off.")
    ] = 5.0,
    pretrain_epochs: Annotated[
        int | None, typer.Option("--pretrain-epochs", min=1, help="Stages 1 and 4; default 1000.")
    ] = None,
    fine_tune_epochs: Annotated[
        int | None, typer.Option("--fine-tune-epochs", min=1, help="Stages 2 and 5; default 500.")
    ] = None,
    pretrain_lr: Annotated[
        float | None, typer.Option("--pretrain-lr", min=0, help="Stages 1 and 4; default 0.01.")
    ] = None,
    fine_tune_lr: Annotated[
        float | None, typer.Option("--fine-tune-lr", min=0, help="Stages 2 and 5; default 0.0025.")
    ] = None,
    iterations: options.Iterations = 250,
    validation_iterations: options.ValidationIterations = 50,
    save_every: options.SaveEvery = 5,
    keep_head: options.KeepHead = False,
    large_times: options.LargeTimes = 1,
    large_from: options.LargeFrom = 50.0,
    mirror: Annotated[
        int, typer.Option("--mirror", min=0, max=8, help="Mirrored passes a pseudo-mask.")
    ] = 8,
    device: options.Device = "cuda",
    loaders: options.Loaders = None,
    processes: options.Processes = 1,
    seed: options.Seed = None,
    again_from: Annotated[
        str | None, typer.Option("--again-from", help="Do this stage and those after it anew.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Stop after this stage.")] = None,
    show: Annotated[
        bool, typer.Option("--list", help="List the stages, and which are done; do nothing.")
    ] = False,
    verbose: options.Verbose = False,
) -> None:
    """Train nnUnet-ResEnc+SS, the baseline: five stages, from 2D pseudo-masks to the model.

    1 pre-train on 2D pseudo-masks; 2 fine-tune on full annotations; 3 predict pseudo-masks and keep
    those whose axes agree with the measurement; 4 pre-train on these; 5 fine-tune: OUTPUT/model.
    Stopped anywhere, it goes on when it is started again. OUTPUT/stages tells what made what.
    """
    command_line.start_log(verbose=verbose)
    from training.jobs.stages import Stages  # noqa: PLC0415
    from training.nnunet.data.raw_dataset import RawDataset  # noqa: PLC0415
    from training.nnunet.planning.presets import preset as named_preset  # noqa: PLC0415
    from training.nnunet.run.folds import check_device  # noqa: PLC0415
    from training.nnunet.semi_supervised import partial as partial_set  # noqa: PLC0415
    from training.nnunet.semi_supervised.pipeline import Pipeline  # noqa: PLC0415
    from training.nnunet.semi_supervised.recipe import Recipe  # noqa: PLC0415
    from uls.workshop.errors import CallError  # noqa: PLC0415

    common = options.settings(
        iterations=iterations,
        validation_iterations=validation_iterations,
        save_every=save_every,
        keep_head=keep_head,
        large_times=large_times,
        large_from=large_from,
    )
    recipe = Recipe(
        preset=named_preset(preset),
        overrides=options.overrides(patch=patch, batch_size=batch_size, network=network),
        pretraining=common.model_copy(
            update={"epochs": pretrain_epochs, "initial_lr": pretrain_lr}
        ),
        fine_tuning=common.model_copy(
            update={"epochs": fine_tune_epochs, "initial_lr": fine_tune_lr}
        ),
        tolerance_px=tolerance,
        mirror=mirror,
        seed=seed,
    )
    if recipe.preset.resamples:
        raise CallError.about(
            f"--preset {preset}",
            expected="a preset whose networks `algorithm` runs, as stage 3 predicts with one",
            found="one that resamples",
        )
    if show and not partial_set.is_prepared(partial, output):
        typer.echo("partial: the data set of 2D masks is not made yet; call again without --list")
        return
    if not show:
        check_device(device)
    measured = partial_set.raw_set_of(partial, output, processes=processes)
    pipeline = Pipeline(
        full=RawDataset.read(full),
        partial=measured,
        measurements=output
        if show
        else partial_set.measurements_of(measured, measurements, output, processes=processes),
        root=output,
        recipe=recipe,
        device=device,
        loaders=loaders,
        processes=processes,
    )
    if show:
        for stage in pipeline.stages:
            done = "done" if Stages(output).is_done(stage) else ""
            typer.echo(f"{stage.name:<12} {stage.output.name:<14} {done}")
        return
    typer.echo(f"{pipeline.run(again_from=again_from, until=until)}")
