"""`python -m training grabcut`: measurements into VOIs with 2D pseudo-masks."""

from typing import Annotated

import typer

from training.prepare.command import (
    Clicks,
    DatasetId,
    HeldOut,
    Kind,
    Name,
    Output,
    Overwrite,
    Patients,
    Quiet,
    Seed,
    SkipDamaged,
    Sources,
    StackSize,
    Take,
    Workers,
    default_workers,
    tell,
)
from uls.command_line import start_log

__all__ = ["grabcut"]


def grabcut(
    sources: Sources,
    *,
    output: Output,
    kind: Kind = "nnunet",
    clicks: Clicks = 1,
    held_out: HeldOut = "auto",
    take: Take = "all",
    patients: Patients = None,
    iterations: Annotated[int, typer.Option("--iterations", min=1, help="Of each GrabCut.")] = 25,
    handicap: Annotated[
        float,
        typer.Option("--handicap", help="Percent added to the plain ellipse's error."),
    ] = 2.5,
    ellipses: Annotated[
        bool, typer.Option("--ellipses", help="No GrabCut: the plain ellipses.")
    ] = False,
    seed: Seed = 23,
    dataset_id: DatasetId = 24,
    name: Name = "ULS_measured",
    stack_size: StackSize = 100,
    workers: Workers = None,
    skip_damaged: SkipDamaged = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Make 2D pseudo-masks of two measured diameters, and VOIs with them.

    Readers: deeplesion and ccc18. GrabCut runs in each window that the data set gives, and in two
    around the ellipse's own HU; the mask whose axes fit the measurement best is taken, or the
    ellipse itself. manifest.json says which, with the errors of all. Goes on where it was stopped.
    """
    from training.grabcut.recipe import GrabCutRecipe  # noqa: PLC0415  (--help needs none)
    from training.prepare.options import Options, parse_sources  # noqa: PLC0415
    from training.prepare.prepare import prepare  # noqa: PLC0415

    start_log(quiet=quiet)
    recipe = GrabCutRecipe(iterations=iterations, ellipse_handicap=handicap)
    options = Options(
        sources=parse_sources(sources),
        output=output,
        kind=kind,
        clicks=clicks,
        seed=seed,
        held_out=held_out,
        take=take,
        patients=patients,
        skip_damaged=skip_damaged,
        workers=workers or default_workers(),
        dataset_id=dataset_id,
        name=name,
        largest_stack=stack_size,
        recipe=None if ellipses else recipe,
        measured_only=True,
    )
    tell(prepare(options, overwrite=overwrite), output)
