"""`python -m training semi-supervised`: nnUnet-ResEnc+SS, a job that can be stopped anywhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.nnunet.run.settings import Machine, Output, Processes, Verbose
from training.nnunet.semi_supervised.recipe import Recipe
from uls.workshop import command_line
from uls.workshop.errors import CallError
from uls.workshop.options import Option, Settings, with_settings

if TYPE_CHECKING:
    from training.nnunet.semi_supervised.pipeline import Pipeline

__all__ = ["SemiSupervised", "pipeline_of", "semi_supervised"]


class SemiSupervised(Settings):
    """What `semi-supervised` takes."""

    full: Annotated[
        Path, Option("--full", help="Raw data set with full annotations: DatasetNNN_Name.")
    ]
    partial: Annotated[
        Path,
        Option(
            "--partial",
            help="Raw data set of 2D pseudo-masks, from `grabcut`, or the challenge's archive of "
            "such masks: the folder that holds images and labels_grabcut.",
        ),
    ]
    output: Output
    measurements: Annotated[
        Path | None,
        Option(
            "--measurements",
            help="CSV with case, long_axis_px, short_axis_px, or DeepLesion's DL_info.csv; by "
            "default what `grabcut` noted, else the axes of the 2D masks.",
        ),
    ] = None
    recipe: Recipe = Recipe()
    machine: Machine = Machine()
    processes: Processes = 1
    again_from: Annotated[
        str | None, Option("--again-from", help="Do this stage and those after it anew.")
    ] = None
    until: Annotated[str | None, Option("--until", help="Stop after this stage.")] = None
    show: Annotated[
        bool, Option("--list", help="List the stages, and which are done; do nothing.")
    ] = False
    verbose: Verbose = False


@with_settings
def semi_supervised(settings: SemiSupervised) -> None:
    """Train nnUnet-ResEnc+SS, the baseline: five stages, from 2D pseudo-masks to the model.

    1 pre-train on 2D pseudo-masks; 2 fine-tune on full annotations; 3 predict pseudo-masks and keep
    those whose axes agree with the measurement; 4 pre-train on these; 5 fine-tune: OUTPUT/model.
    Stopped anywhere, it goes on when it is started again. OUTPUT/stages tells what made what.
    """
    command_line.start_log(verbose=settings.verbose)
    from training.nnunet.run.folds import check_device  # noqa: PLC0415
    from training.nnunet.semi_supervised import partial as partial_set  # noqa: PLC0415

    preset = settings.recipe.preset
    if preset.resamples:
        raise CallError.about(
            f"--preset {preset.name}",
            expected="a preset whose networks `algorithm` runs, as stage 3 predicts with one",
            found="one that resamples",
        )
    if settings.show and not partial_set.is_prepared(settings.partial, settings.output):
        typer.echo("partial: the data set of 2D masks is not made yet; call again without --list")
        return
    if settings.show:
        _list(pipeline_of(settings))
        return
    check_device(settings.machine.device)
    pipeline = pipeline_of(settings)
    typer.echo(f"{pipeline.run(again_from=settings.again_from, until=settings.until)}")


def pipeline_of(settings: SemiSupervised) -> "Pipeline":
    """Prepare what is missing of the 2D masks, and their measurements unless stages are listed."""
    from training.nnunet.data.raw_dataset import RawDataset  # noqa: PLC0415
    from training.nnunet.semi_supervised import partial as partial_set  # noqa: PLC0415
    from training.nnunet.semi_supervised.pipeline import Pipeline  # noqa: PLC0415

    root, processes = settings.output, settings.processes
    measured = partial_set.raw_set_of(settings.partial, root, processes=processes)
    return Pipeline(
        full=RawDataset.read(settings.full),
        partial=measured,
        measurements=root
        if settings.show
        else partial_set.measurements_of(
            measured, settings.measurements, root, processes=processes
        ),
        root=root,
        recipe=settings.recipe,
        machine=settings.machine,
        processes=processes,
    )


def _list(pipeline: "Pipeline") -> None:
    from training.jobs.stages import Stages  # noqa: PLC0415

    for stage in pipeline.stages:
        done = "done" if Stages(pipeline.root).is_done(stage) else ""
        typer.echo(f"{stage.name:<12} {stage.output.name:<14} {done}")
