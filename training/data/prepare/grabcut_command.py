"""`python -m training grabcut`: measurements into VOIs with 2D pseudo-masks."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from training.data.prepare.command import (
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
from uls.workshop.command_line import start_log

if TYPE_CHECKING:
    from training.data.prepare.manifest import Manifest

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
    scoring: Annotated[
        Literal["own", "public"],
        typer.Option(
            "--scoring",
            help="Compare each axis of a mask with its own measurement, or both with the long one, "
            "as the challenge's code does.",
        ),
    ] = "own",
    handicap: Annotated[
        float | None,
        typer.Option(
            "--handicap",
            help="Percent added to the plain ellipse's error; by default 12.5, with `--scoring "
            "public` the challenge's 2.5. Either way about a third of real lesions keep it.",
        ),
    ] = None,
    picture: Annotated[
        int,
        typer.Option(
            "--picture", min=0, help="Draw the candidates of this many lesions: candidates.png."
        ),
    ] = 0,
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

    Readers: deeplesion and ccc18. GrabCut runs in each window that the data set gives, in two
    around the ellipse's range of HU and in two around its mean; the mask whose axes fit the
    measurement best is taken, or the ellipse itself. manifest.json says which, with the errors of
    all. Resumes where it was stopped.
    """
    from training.data.grabcut.recipe import HANDICAPS, GrabCutRecipe  # noqa: PLC0415  (--help: none)
    from training.data.prepare.options import Options, parse_sources  # noqa: PLC0415
    from training.data.prepare.prepare import prepare  # noqa: PLC0415

    start_log(quiet=quiet)
    recipe = GrabCutRecipe(
        iterations=iterations,
        scoring=scoring,
        ellipse_handicap=HANDICAPS[scoring] if handicap is None else handicap,
    )
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
    made = prepare(options, overwrite=overwrite)
    if picture:
        from training.data.grabcut.picture import draw_candidates  # noqa: PLC0415
        from training.data.prepare.find import find_cases  # noqa: PLC0415

        cases = find_cases(options).cases
        draw_candidates(cases, options.recipe, output / "candidates.png", most=picture)
    tell(made, output)
    _say_sources(made)


def _say_sources(made: "Manifest") -> None:
    """Say how many lesions keep the plain ellipse."""
    sources = [lesion.source for lesion in made.lesions]
    typer.echo(f"plain ellipses: {sources.count('ellipse')} of {len(sources)}")
