"""`python -m evaluation compare`: several submissions against each other."""

from pathlib import Path
from typing import Annotated

import typer

from uls.workshop.options import Argument, Option, Settings, with_settings

__all__ = ["compare"]


class Compare(Settings):
    """What `compare` takes."""

    files: Annotated[
        tuple[Path, ...], Argument(help="metrics.json of each submission, two or more.")
    ]
    names: Annotated[
        str,
        Option(
            "--names",
            help="Their names in the same order, as a,b,… One that ends in +TTA is the model "
            "before the plus with test-time augmentation. Default: the files' folders.",
            default="",
        ),
    ] = ""
    output: Annotated[
        Path | None,
        Option(
            "--output",
            help="Folder that gets compare.json, models.md and, with matplotlib, a figure for each "
            "pair. Default: the tables are printed only.",
        ),
    ] = None
    seed: Annotated[int, Option("--seed", min=0, help="Of the resamples.")] = 23
    resamples: Annotated[
        int, Option("--resamples", min=100, help="How often lesions are drawn anew.")
    ] = 10_000


@with_settings
def compare(settings: Compare) -> None:
    """Compare submissions: Wilcoxon's test with Holm's correction, and how sure the ranking is.

    Under it stands each metric by lesion type and training group, the best in bold, with the rows
    that were published beside.

    All must have been scored against the same reference data. Lesions are resampled by patient
    where lesions.csv names patients. Needs the extra `report` (scipy).
    """
    from evaluation.compare.compare import compare_entries  # noqa: PLC0415  (--help needs none)
    from evaluation.compare.entries import read_entries  # noqa: PLC0415
    from evaluation.compare.files import (  # noqa: PLC0415
        draw_differences,
        write_comparison,
        write_models,
    )
    from evaluation.compare.group_table import group_tables, markdown  # noqa: PLC0415
    from evaluation.compare.paired import check_scipy  # noqa: PLC0415
    from evaluation.compare.table import comparison_table  # noqa: PLC0415
    from uls.workshop.atomic import check_writable  # noqa: PLC0415

    check_scipy()
    names = [name.strip() for name in settings.names.split(",")] if settings.names else []
    output = settings.output
    entries = read_entries(settings.files, names)
    if output is not None:
        check_writable(output)
    comparison = compare_entries(entries, resamples=settings.resamples, seed=settings.seed)
    typer.echo(comparison_table(comparison))
    typer.echo(f"\n{markdown(group_tables(comparison.groups))}")
    if output is None:
        return
    typer.echo(f"\nWrote {write_comparison(comparison, output)}")
    typer.echo(f"Wrote {write_models(comparison, output)}")
    figures = draw_differences(entries, output)
    for path in figures:
        typer.echo(f"Wrote {path}")
    if not figures:
        typer.echo("No figures: matplotlib is not installed (the extra `report` has it).")
