"""`python -m training starter evaluate`: a model, and classical peers, on the fixed protocol."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.starter.evaluate.options import EvaluateOptions
from uls.workshop import command_line
from uls.workshop.options import Option, with_settings

if TYPE_CHECKING:
    from training.starter.evaluate.report import Report

__all__ = ["evaluate"]


class Evaluate(EvaluateOptions):
    """What `evaluate` takes."""

    json_file: Annotated[Path | None, Option("--json", help="Write every click's scores here.")] = (
        None
    )
    plot: Annotated[
        Path | None,
        Option("--plot", help="Draw the certainty of masks beside their Dice here (PNG)."),
    ] = None
    quiet: Annotated[bool, Option("--quiet", "-q", help="The table only.")] = False


@with_settings
def evaluate(settings: Evaluate) -> None:
    """Evaluate a model on lesions it was never trained on, clicked three times each, in whole VOIs.

    The model runs as it does in a job, and is scored by the evaluation's own code. Of the folders,
    lesions of cases that the model was trained on are left out: it names them, and where it does
    not, the starter model's training data counts as such. Real lesions that
    anyone can get: lung1 and lung2 in the folder `data` of pyradiomics 3.0.1's source distribution
    on PyPI. Without data, synthetic lesions are evaluated.
    """
    from training.starter.evaluate.reliability_plot import write_reliability  # noqa: PLC0415
    from training.starter.evaluate.report import check_writable, write_report  # noqa: PLC0415
    from training.starter.evaluate.run import run  # noqa: PLC0415

    for path in (settings.json_file, settings.plot):
        if path is not None:
            check_writable(path)
    command_line.start_log(quiet=settings.quiet)
    report = run(settings)
    typer.echo(_text(report))
    if settings.json_file is not None:
        write_report(report, settings.json_file)
    if settings.plot is not None:
        write_reliability(report.methods[0].cases, settings.plot)


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
