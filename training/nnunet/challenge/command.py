"""`python -m training challenge-model`: one of the challenge's three models, from data on."""

from pathlib import Path
from typing import Annotated

import typer

from training.nnunet.challenge.models import MODELS, ChallengeModel, challenge_model
from training.nnunet.planning.presets import PRESETS, Preset
from training.nnunet.run.settings import Machine, Output, Processes, Verbose
from training.nnunet.semi_supervised.command import SemiSupervised, pipeline_of
from training.nnunet.semi_supervised.recipe import Recipe
from uls.workshop import command_line
from uls.workshop.errors import CallError
from uls.workshop.options import Argument, Option, Settings, with_settings

__all__ = ["challenge_model_command"]


class _Recipe(Recipe):
    """How the chosen model is trained: its name says the preset, so that no option does."""

    preset: Preset = PRESETS["uls23-baseline"]


class _Model(Settings):
    """What `challenge-model` takes."""

    model: Annotated[
        ChallengeModel,
        Argument(
            metavar="MODEL",
            help=f"{', '.join(MODELS)}.",
            takes=str,
            parse=challenge_model,
            show=lambda one: one.name,
        ),
    ]
    full: Annotated[
        Path, Option("--full", help="Raw data set with full annotations: DatasetNNN_Name.")
    ]
    output: Output
    partial: Annotated[
        Path | None,
        Option("--partial", help="For nnUnet-ResEnc+SS: 2D pseudo-masks, as semi-supervised says."),
    ] = None
    measurements: Annotated[
        Path | None, Option("--measurements", help="For nnUnet-ResEnc+SS: as semi-supervised says.")
    ] = None
    recipe: _Recipe = _Recipe()
    machine: Machine = Machine()
    processes: Processes = 1
    verbose: Verbose = False


@with_settings
def challenge_model_command(settings: _Model) -> None:
    """Train one of the challenge's three models: OUTPUT/model. Resumes where it was stopped.

    nnUnet and nnUnet-ResEnc are planned and trained on full annotations, as `nnunet plan` and
    `nnunet train` do; nnUnet-ResEnc+SS goes through the five stages of `semi-supervised`.
    """
    command_line.start_log(verbose=settings.verbose)
    _check(settings)
    from training.nnunet.run.folds import check_device  # noqa: PLC0415  (--help needs no torch)

    check_device(settings.machine.device)
    typer.echo(f"{_staged(settings) if settings.model.semi_supervised else _trained(settings)}")


def _check(settings: _Model) -> None:
    """Refuse a call whose data are not those of the model.

    Raises:
        CallError: measured lesions are missing, or are given to a model that does not take them.
    """
    needs, given = settings.model.semi_supervised, settings.partial is not None
    if needs != given:
        raise CallError.about(
            "--partial",
            expected=f"2D pseudo-masks for {settings.model.name}"
            if needs
            else f"none for {settings.model.name}, which is trained on full annotations",
            found=f"{settings.partial}" if given else "none",
        )


def _trained(settings: _Model) -> str:
    from training.nnunet.data.raw_dataset import RawDataset  # noqa: PLC0415
    from training.nnunet.planning.auto_plans import how_to_run  # noqa: PLC0415
    from training.nnunet.run import jobs  # noqa: PLC0415
    from training.nnunet.run.folds import TrainingRun  # noqa: PLC0415

    recipe, preset = settings.recipe, settings.model.preset
    data = jobs.plan(
        RawDataset.read(settings.full),
        preset,
        recipe.overrides,
        settings.output,
        processes=settings.processes,
    )
    model = jobs.train(TrainingRun(data, recipe.pretraining(settings.machine)), settings.output)
    return f"{model}\n{how_to_run(model)}" if preset.resamples else f"{model}"


def _staged(settings: _Model) -> str:
    if settings.partial is None:
        raise ValueError("a semi-supervised model without measured lesions")
    stages = SemiSupervised(
        full=settings.full,
        partial=settings.partial,
        output=settings.output,
        measurements=settings.measurements,
        recipe=settings.recipe,
        machine=settings.machine,
        processes=settings.processes,
    )
    return f"{pipeline_of(stages).run()}"
