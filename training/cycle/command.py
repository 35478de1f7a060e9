"""`python -m training cycle …`: annotate, tune, compare on a fixed test set, promote if better."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from algorithm.engines.engine_names import EngineName
from uls.workshop.command_line import commands

__all__ = ["app"]

app = commands(
    help="Annotation in cycles: take in corrected masks (3D Slicer, NIfTI), tune the model on all "
    "of them, and promote the new weights only if a fixed test set says so.\n\n"
    "init once; then add and run, again and again. Whatever is stopped goes on when it is called "
    "again.",
    no_args_is_help=True,
)

WorkArgument = Annotated[Path, typer.Argument(help="The cycle's folder.", metavar="WORK")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Warnings and errors only.")]


@app.command()
def init(
    work: WorkArgument,
    *,
    model: Annotated[
        Path, typer.Option("--model", help="nnU-Net result folder (or RUN/model); it is copied.")
    ],
    test_set: Annotated[
        Path,
        typer.Option(
            "--test-set",
            help="Folder with input (stacks and spacings, as the algorithm reads them) and "
            "ground-truth (as the evaluation does; lesions.csv with types and patients).",
        ),
    ],
    margin: Annotated[
        float,
        typer.Option(
            "--margin", min=0, max=1, help="By how much a lesion group's mean Dice may fall."
        ),
    ] = 0.02,
    smallest_group: Annotated[
        int, typer.Option("--smallest-group", min=1, help="Smaller groups are not judged.")
    ] = 5,
    sure: Annotated[
        bool,
        typer.Option(
            "--sure/--any-gain",
            help="Promote only if the gain's whole 95 % interval lies above 0, or for any gain.",
        ),
    ] = True,
) -> None:
    """Make a cycle's folder around a first model and a test set, which stays the same."""
    from training.cycle.project import create  # noqa: PLC0415  (--help needs none of it)
    from training.cycle.records import Rule  # noqa: PLC0415
    from uls.workshop import command_line  # noqa: PLC0415

    command_line.start_log()
    rule = Rule(margin=margin, smallest_group=smallest_group, sure=sure)
    made = create(work, model=model, test_set=test_set, rule=rule)
    typer.echo(f"{made.root}: model {made.current_model}, test set {made.test_set}")


@app.command()
def add(
    work: WorkArgument,
    masks: Annotated[
        Path,
        typer.Argument(help="A corrected mask (.seg.nrrd, .nrrd, .nii.gz, .mha), or a folder."),
    ],
    *,
    scan: Annotated[
        Path,
        typer.Option("--scan", help="The scan it was drawn on; for a folder, the scans' folder."),
    ],
    by: Annotated[
        str | None, typer.Option("--by", help="Who corrected it.", show_default="you")
    ] = None,
    signed_off_by: Annotated[str, typer.Option("--signed-off-by", help="Who signed it off.")] = "",
    case: Annotated[
        str | None,
        typer.Option(
            "--case",
            help="The case's name; one that is in the set has its masks replaced.",
            show_default="the scan's name",
        ),
    ] = None,
    patient: Annotated[
        str | None,
        typer.Option(
            "--patient", help="The patient, as lesions.csv has it.", show_default="the case's name"
        ),
    ] = None,
    segments: Annotated[
        list[str] | None,
        typer.Option(
            "--segment", help="Take this segment only; may be given often.", show_default="all"
        ),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Add corrected masks to the set; masks that they replace are kept."""
    from training.cycle.add import Annotation  # noqa: PLC0415
    from training.cycle.add import add as add_to_set  # noqa: PLC0415
    from training.cycle.inbox import case_name, pairs  # noqa: PLC0415
    from training.cycle.project import open_work, user  # noqa: PLC0415
    from uls.workshop import command_line  # noqa: PLC0415
    from uls.workshop.errors import CallError  # noqa: PLC0415

    command_line.start_log(quiet=quiet)
    found = pairs(masks, scan)
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
            by=by or user(),
            signed_off_by=signed_off_by,
            segments=tuple(segments) if segments else None,
        )
        for mask, of in found
    ]
    version = add_to_set(open_work(work), annotations)
    if version is None:
        typer.echo("The set has all of these masks already.")
    else:
        typer.echo(f"Set version {version.version}: {', '.join(version.changed)}")


@app.command()
def run(
    work: WorkArgument,
    *,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="By default the trainer's, 300.")
    ] = None,
    iterations: Annotated[
        int, typer.Option("--iterations", min=1, help="Batches per epoch.")
    ] = 250,
    validation_iterations: Annotated[
        int, typer.Option("--validation-iterations", min=1, help="Validation batches per epoch.")
    ] = 50,
    lr: Annotated[
        float | None, typer.Option("--lr", min=0, help="By default the trainer's, 1e-4.")
    ] = None,
    trainer: Annotated[
        str | None, typer.Option("--trainer", help="By default that of nnunet fine-tune.")
    ] = None,
    folds: Annotated[str, typer.Option("--folds", help="all, or some of 0,1,2,3,4.")] = "all",
    from_fold: Annotated[
        str | None, typer.Option("--from-fold", help="Which of the model's folds to tune.")
    ] = None,
    native_spacing: Annotated[
        bool, typer.Option("--native-spacing", help="The model was trained unresampled.")
    ] = False,
    smallest_px: Annotated[
        float, typer.Option("--smallest-px", min=0, help="Shorter lesions are not trained on.")
    ] = 5.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of clicks and weights.")] = 23,
    signed_off_only: Annotated[
        bool, typer.Option("--signed-off-only", help="Train on cases that were signed off.")
    ] = False,
    begin_with: Annotated[
        Literal["current", "original"],
        typer.Option(
            "--begin-with",
            help="Tune the promoted model on, or the first one anew on all masks so far, as the "
            "HCUCH paper did.",
        ),
    ] = "current",
    device: Annotated[
        Literal["cuda", "cpu", "mps"], typer.Option("--device", help="Where it trains.")
    ] = "cuda",
    loaders: Annotated[
        int | None, typer.Option("--loaders", min=0, help="Processes that load and augment.")
    ] = None,
    processes: Annotated[
        int, typer.Option("--processes", min=1, help="Processes that prepare the cases.")
    ] = 1,
    engine: Annotated[
        EngineName,
        typer.Option("--engine", help="What segments the test set."),
    ] = "auto",
    mirror: Annotated[
        int, typer.Option("--mirror", min=0, max=8, help="Mirrored passes on the test set.")
    ] = 0,
    quiet: QuietOption = False,
) -> None:
    """Do a round, or resume the one that was stopped: tune, score both models, decide."""
    from training.cycle.fine_tuning import Machine  # noqa: PLC0415
    from training.cycle.options import Options  # noqa: PLC0415
    from training.cycle.project import open_work  # noqa: PLC0415
    from training.cycle.records import FineTuneSettings  # noqa: PLC0415
    from training.cycle.rounds import run_round  # noqa: PLC0415
    from training.cycle.scoring import AlgorithmSegment  # noqa: PLC0415
    from training.cycle.status import decision_text  # noqa: PLC0415
    from training.nnunet.options import folds as folds_of  # noqa: PLC0415
    from uls.workshop import command_line  # noqa: PLC0415

    command_line.start_log(quiet=quiet)
    settings = FineTuneSettings(
        trainer=trainer,
        epochs=epochs,
        iterations=iterations,
        validation_iterations=validation_iterations,
        learning_rate=lr,
        folds=folds_of(folds),
        from_fold=from_fold,
        native_spacing=native_spacing,
        seed=seed,
    )
    options = Options(
        settings=settings,
        smallest_axis_px=smallest_px,
        seed=seed,
        machine=Machine(device=device, loaders=loaders, processes=processes),
        segment=AlgorithmSegment(engine=engine, mirror=mirror, native_spacing=native_spacing),
        signed_off_only=signed_off_only,
        begin_with=begin_with,
    )
    typer.echo(decision_text(run_round(open_work(work), options)))


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
