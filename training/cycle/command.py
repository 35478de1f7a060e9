"""`python -m training cycle …`: annotate, tune, compare on a fixed test set, promote if better."""

from pathlib import Path
from typing import Annotated

import typer

from training.cycle.segmenting import AlgorithmSegment
from training.cycle.settings import RoundSettings, Rule
from training.nnunet.run.settings import PreparingMachine
from uls.workshop import command_line
from uls.workshop.command_line import commands
from uls.workshop.errors import CallError
from uls.workshop.options import Argument, Option, Settings, with_settings

__all__ = ["app"]

app = commands(
    help="Annotation in cycles: take in corrected masks (3D Slicer, NIfTI), tune the model on all "
    "of them, and promote the new weights only if a fixed test set says so.\n\n"
    "init once; then add and run, again and again. Whatever is stopped goes on when it is called "
    "again.",
    no_args_is_help=True,
)

Work = Annotated[Path, Argument(help="The cycle's folder.", metavar="WORK")]
WorkArgument = Annotated[Path, typer.Argument(help="The cycle's folder.", metavar="WORK")]
Quiet = Annotated[bool, Option("--quiet", "-q", help="Warnings and errors only.")]


class Init(Settings):
    """What `init` takes."""

    work: Work
    model: Annotated[
        Path, Option("--model", help="nnU-Net result folder (or RUN/model); it is copied.")
    ]
    test_set: Annotated[
        Path,
        Option(
            "--test-set",
            help="Folder with input (stacks and spacings, as the algorithm reads them) and "
            "ground-truth (as the evaluation does; lesions.csv with types and patients).",
        ),
    ]
    rule: Rule = Rule()


@app.command()
@with_settings
def init(settings: Init) -> None:
    """Make a cycle's folder around a first model and a test set, which stays the same."""
    from training.cycle.beginning import create  # noqa: PLC0415  (--help needs none of it)

    command_line.start_log()
    model, test_set = settings.model, settings.test_set
    made = create(settings.work, model=model, test_set=test_set, rule=settings.rule)
    typer.echo(f"{made.root}: model {made.current_model}, test set {made.test_set}")


class Add(Settings):
    """What `add` takes."""

    work: Work
    masks: Annotated[
        Path, Argument(help="A corrected mask (.seg.nrrd, .nrrd, .nii.gz, .mha), or a folder.")
    ]
    scan: Annotated[
        Path, Option("--scan", help="The scan it was drawn on; for a folder, the scans' folder.")
    ]
    by: Annotated[str | None, Option("--by", help="Who corrected it.", default="you")] = None
    signed_off_by: Annotated[str, Option("--signed-off-by", help="Who signed it off.")] = ""
    case: Annotated[
        str | None,
        Option(
            "--case",
            help="The case's name; one that is in the set has its masks replaced.",
            default="the scan's name",
        ),
    ] = None
    patient: Annotated[
        str | None,
        Option("--patient", help="The patient, as lesions.csv has it.", default="the case's name"),
    ] = None
    segments: Annotated[
        tuple[str, ...],
        Option("--segment", help="Take this segment only; may be given often.", default="all"),
    ] = ()
    quiet: Quiet = False


@app.command()
@with_settings
def add(settings: Add) -> None:
    """Add corrected masks to the set; masks that they replace are kept."""
    from training.cycle.add import Annotation  # noqa: PLC0415
    from training.cycle.add import add as add_to_set  # noqa: PLC0415
    from training.cycle.inbox import case_name, pairs  # noqa: PLC0415
    from training.cycle.project import open_work, user  # noqa: PLC0415

    command_line.start_log(quiet=settings.quiet)
    case, patient = settings.case, settings.patient
    found = pairs(settings.masks, settings.scan)
    if len(found) > 1 and (case or patient):
        raise CallError.about(
            "--case, --patient", expected="one mask with them", found=f"{len(found)}"
        )
    annotations = [
        Annotation(
            mask=mask,
            scan=of,
            case=case or case_name(of),
            patient=patient or case or case_name(of),
            by=settings.by or user(),
            signed_off_by=settings.signed_off_by,
            segments=settings.segments or None,
        )
        for mask, of in found
    ]
    version = add_to_set(open_work(settings.work), annotations)
    if version is None:
        typer.echo("The set has all of these masks already.")
    else:
        typer.echo(f"Set version {version.version}: {', '.join(version.changed)}")


class Run(Settings):
    """What `run` takes."""

    work: Work
    round: RoundSettings = RoundSettings()
    machine: PreparingMachine = PreparingMachine()
    segment: AlgorithmSegment = AlgorithmSegment()
    quiet: Quiet = False


@app.command()
@with_settings
def run(settings: Run) -> None:
    """Do a round, or resume the one that was stopped: tune, score both models, decide."""
    from training.cycle.options import Options  # noqa: PLC0415
    from training.cycle.project import open_work  # noqa: PLC0415
    from training.cycle.rounds import run_round  # noqa: PLC0415
    from training.cycle.status import decision_text  # noqa: PLC0415

    command_line.start_log(quiet=settings.quiet)
    chosen = settings.round
    tuning = chosen.settings.model_copy(update={"seed": chosen.seed})
    native = {"native_spacing": tuning.native_spacing}
    options = Options(
        settings=chosen.model_copy(update={"settings": tuning}),
        machine=settings.machine,
        segment=settings.segment.model_copy(update=native),
    )
    typer.echo(decision_text(run_round(open_work(settings.work), options)))


@app.command()
def remove(
    work: WorkArgument,
    cases: Annotated[list[str], typer.Argument(help="Cases of the set; `status --cases` lists.")],
) -> None:
    """Take cases out of the set, as one of a test patient; its masks and versions are kept."""
    from training.cycle.project import open_work  # noqa: PLC0415
    from training.cycle.remove import remove as remove_from_set  # noqa: PLC0415

    version = remove_from_set(open_work(work), cases)
    typer.echo(f"Set version {version.version}: without {', '.join(version.removed)}")


@app.command()
def status(
    work: WorkArgument,
    *,
    cases: Annotated[bool, typer.Option("--cases", help="List the cases of the set too.")] = False,
) -> None:
    """Say what the set holds, what the rounds gave, and which model is the current one."""
    from training.cycle.project import open_work  # noqa: PLC0415
    from training.cycle.status import status_text  # noqa: PLC0415

    typer.echo(status_text(open_work(work), cases=cases))


@app.command()
def abandon(work: WorkArgument) -> None:
    """Give up a round that was stopped, so that the next one begins anew."""
    from training.cycle.project import open_work  # noqa: PLC0415
    from training.cycle.rounds import abandon as give_up  # noqa: PLC0415

    typer.echo(f"Round {give_up(open_work(work))} is given up; what it made stays where it is.")
