"""`python -m training starter evaluate`: a model, and classical peers, on the fixed protocol."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from algorithm.engines.engine_names import DeviceName, EngineName
from uls.workshop import command_line
from uls.workshop.errors import CallError

if TYPE_CHECKING:
    from training.starter.evaluate.report import Report

__all__ = ["evaluate"]

_SYNTHETIC = 12
"""Synthetic lesions where no others are named."""


def evaluate(
    *,
    model: Annotated[
        Path | None,
        typer.Option("--model", help="Model folder. Default: the one that a job would take."),
    ] = None,
    lesions: Annotated[
        list[Path] | None,
        typer.Option(
            "--lesions",
            help="Folder of <case>_image.nii.gz with <case>_<lesion>.nii.gz, or <case>_image.nrrd "
            "with <case>_label.nrrd; give it several times for several folders.",
        ),
    ] = None,
    synthetic: Annotated[
        int | None,
        typer.Option(
            "--synthetic",
            min=0,
            help="Synthetic lesions, from seeds that no training draws.",
            show_default=f"{_SYNTHETIC} without --lesions, else none",
        ),
    ] = None,
    all_lesions: Annotated[
        bool,
        typer.Option("--all-lesions", help="Also lesions it was trained on: no fair result."),
    ] = False,
    peers: Annotated[
        bool,
        typer.Option("--peers", help="Classical methods on the same clicks, too (needs OpenCV)."),
    ] = False,
    tuning: Annotated[
        int, typer.Option("--tuning", min=1, help="Training lesions that peers are tuned on.")
    ] = 6,
    several: Annotated[
        int,
        typer.Option(
            "--several", min=0, help="Synthetic scans with several lesions, each clicked in turn."
        ),
    ] = 6,
    corrections: Annotated[
        bool,
        typer.Option("--corrections", help="Correct each mask three times, and measure again."),
    ] = False,
    readers: Annotated[
        Path | None,
        typer.Option("--readers", help="What `starter shapes` made: how well readers agree."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every click's scores here.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Draw the certainty of masks beside their Dice here (PNG)."),
    ] = None,
    engine: Annotated[
        EngineName,
        typer.Option("--engine", help="What runs the network."),
    ] = "auto",
    device: Annotated[DeviceName, typer.Option("--device", help="Where it runs.")] = "auto",
    clicks: Annotated[int, typer.Option("--clicks", min=1, help="On each lesion.")] = 3,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Of clicks and margins: 23 is the protocol's.")
    ] = 23,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The table only.")] = False,
) -> None:
    """Evaluate a model on lesions it was never trained on, clicked three times each, in whole VOIs.

    The model runs as it does in a job, and is scored by the evaluation's own code. Of the folders,
    lesions of cases that the model was trained on are left out: it names them, and where it does
    not, the starter model's training data counts as such. Real lesions that
    anyone can get: lung1 and lung2 in the folder `data` of pyradiomics 3.0.1's source distribution
    on PyPI. Without data, synthetic lesions are evaluated.
    """
    from training.starter.evaluate.reliability_plot import write_reliability  # noqa: PLC0415
    from training.starter.evaluate.report import check_writable, write_report  # noqa: PLC0415
    from training.starter.evaluate.run import Options, run  # noqa: PLC0415

    folders = tuple(lesions or ())
    n_synthetic = synthetic if synthetic is not None else 0 if folders else _SYNTHETIC
    if not folders and not n_synthetic:
        raise CallError.about(
            "--synthetic",
            expected="at least one lesion, as no --lesions are named",
            found="0",
            hint="Name a folder with --lesions, or leave --synthetic out.",
        )
    for path in (json_file, plot):
        if path is not None:
            check_writable(path)
    command_line.start_log(quiet=quiet)
    report = run(
        Options(
            model=model,
            folders=folders,
            n_synthetic=n_synthetic,
            all_lesions=all_lesions,
            peers=peers,
            n_tuning=tuning,
            engine=engine,
            device=device,
            clicks=clicks,
            seed=seed,
            n_several=several,
            corrections=corrections,
            readers=readers,
        )
    )
    typer.echo(_text(report))
    if json_file is not None:
        write_report(report, json_file)
    if plot is not None:
        write_reliability(report.methods[0].cases, plot)


def _text(report: "Report") -> str:
    from training.starter.evaluate.all_tables import all_tables  # noqa: PLC0415

    lines = [text for part in all_tables(report) for text in (part, "")]
    lines.append(
        f"model: {report.model} ({report.engine}, {report.cpus} CPUs), "
        f"{report.clicks} clicks per lesion, seed {report.seed}"
    )
    lines += [f"{method.name}: {method.setting}" for method in report.methods[1:]]
    if report.tuning_lesions:
        lines.append(f"Peers' settings chosen on {', '.join(report.tuning_lesions)}")
    return "\n".join(lines)
