"""`python -m training grabcut`: measurements into VOIs with 2D pseudo-masks."""

from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import Field

from training.data.grabcut.recipe import HANDICAPS, GrabCutRecipe, Scoring
from training.data.prepare.command import Overwrite, Quiet, default_workers, tell
from training.data.prepare.options import (
    DatasetId,
    DatasetName,
    Options,
    SharedOptions,
    Workers,
)
from uls.workshop.command_line import start_log
from uls.workshop.options import Option, with_settings

if TYPE_CHECKING:
    from training.data.prepare.manifest import Manifest

__all__ = ["grabcut"]


class GrabCut(SharedOptions):
    """What `grabcut` takes."""

    dataset_id: DatasetId = 24
    name: DatasetName = "ULS_measured"
    workers: Workers = Field(default_factory=default_workers)
    iterations: Annotated[int, Option("--iterations", min=1, help="Of each GrabCut.")] = 25
    scoring: Annotated[
        Scoring,
        Option(
            "--scoring",
            help="Compare each axis of a mask with its own measurement, or both with the long one, "
            "as the challenge's code does.",
        ),
    ] = "own"
    handicap: Annotated[
        float | None,
        Option(
            "--handicap",
            help="Percent added to the plain ellipse's error; by default 12.5, with `--scoring "
            "public` the challenge's 2.5. Either way about a third of real lesions keep it.",
        ),
    ] = None
    picture: Annotated[
        int,
        Option(
            "--picture", min=0, help="Draw the candidates of this many lesions: candidates.png."
        ),
    ] = 0
    ellipses: Annotated[bool, Option("--ellipses", help="No GrabCut: the plain ellipses.")] = False
    overwrite: Overwrite = False
    quiet: Quiet = False

    @property
    def recipe(self) -> GrabCutRecipe | None:
        """How pseudo-masks are cut; None for plain ellipses."""
        if self.ellipses:
            return None
        handicap = HANDICAPS[self.scoring] if self.handicap is None else self.handicap
        return GrabCutRecipe(
            iterations=self.iterations, scoring=self.scoring, ellipse_handicap=handicap
        )


@with_settings
def grabcut(settings: GrabCut) -> None:
    """Make 2D pseudo-masks of two measured diameters, and VOIs with them.

    Readers: deeplesion and ccc18. GrabCut runs in each window that the data set gives, in two
    around the ellipse's range of HU and in two around its mean; the mask whose axes fit the
    measurement best is taken, or the ellipse itself. manifest.json says which, with the errors of
    all. Resumes where it was stopped.
    """
    from training.data.prepare.prepare import prepare  # noqa: PLC0415  (--help needs none of it)

    start_log(quiet=settings.quiet)
    shared = {name: getattr(settings, name) for name in SharedOptions.model_fields}
    options = Options(**shared, recipe=settings.recipe, measured_only=True)
    made = prepare(options, overwrite=settings.overwrite)
    if settings.picture:
        from training.data.grabcut.picture import draw_candidates  # noqa: PLC0415
        from training.data.prepare.find import find_cases  # noqa: PLC0415

        cases = find_cases(options).cases
        target = settings.output / "candidates.png"
        draw_candidates(cases, options.recipe, target, most=settings.picture)
    tell(made, settings.output)
    _say_sources(made)


def _say_sources(made: "Manifest") -> None:
    """Print how many lesions keep the plain ellipse."""
    sources = [lesion.source for lesion in made.lesions]
    typer.echo(f"plain ellipses: {sources.count('ellipse')} of {len(sources)}")
