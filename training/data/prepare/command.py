"""`python -m training prepare`: scans and masks, or measurements, into VOIs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uls.workshop.command_line import start_log
from uls.workshop.cpus import available_cpus

if TYPE_CHECKING:
    from training.data.prepare.manifest import Manifest

__all__ = ["default_workers", "prepare", "tell"]

_MOST_WORKERS = 4
"""A worker holds a scan and its mask, 1 to 2 GB: few machines have room for one a core."""

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="READER=FOLDER[,LABELS]...",
        help="What to read, and how. LABELS: another folder, for the labels. Readers: "
        "nnunet (imagesTr/, labelsTr/; MSD), pairs (any images and masks), kits, lits, nih-ln, "
        "lidc, lndb, uls23 (the challenge's archives), hcuch, deeplesion and ccc18 (measurements).",
    ),
]
Output = Annotated[Path, typer.Option("--output", help="Folder that gets it all.")]
Kind = Annotated[
    str,
    typer.Option(
        "--format",
        help="nnunet (raw data set), stack (what algorithm and evaluation read), or both.",
    ),
]
Clicks = Annotated[
    int, typer.Option("--clicks", min=1, help="VOIs per lesion; several give consistency pairs.")
]
HeldOut = Annotated[
    str,
    typer.Option(
        "--held-out",
        help="Patients held out: auto (a public set's own test folder or the challenge's list, "
        "else 10 %), challenge, none, or a share such as 0.2. nnU-Net gets them as imagesTs/ and "
        "labelsTs/.",
    ),
]
Take = Annotated[str, typer.Option("--take", help="all, train or held-out patients only.")]
Patients = Annotated[
    Path | None,
    typer.Option(
        "--patients",
        help="CSV with columns case and patient, where a patient has several scans.",
        show_default="each scan a patient, unless names tell",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Processes.", show_default="the cores, at most 4"),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of clicks and drawn splits.")]
DatasetId = Annotated[int, typer.Option("--id", min=1, max=999, help="nnU-Net's data set number.")]
Name = Annotated[str, typer.Option("--name", help="Of nnU-Net's data set, and of the stacks.")]
StackSize = Annotated[int, typer.Option("--stack-size", min=1, help="The most VOIs in a stack.")]
SkipDamaged = Annotated[
    bool,
    typer.Option(
        "--skip-damaged",
        help="Leave out cases, and rows of tables, that are damaged; the manifest lists them.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Remove what another call prepared in the folder.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Warnings only.")]


def prepare(
    sources: Sources,
    *,
    output: Output,
    kind: Kind = "nnunet",
    clicks: Clicks = 1,
    held_out: HeldOut = "auto",
    take: Take = "all",
    patients: Patients = None,
    test_set: Annotated[
        bool, typer.Option("--test-set", help="Leave out lesions wider than a VOI.")
    ] = False,
    min_axis: Annotated[
        float, typer.Option("--min-axis", min=0, help="Drop lesions under this many pixels.")
    ] = 5.0,
    label: Annotated[
        list[int] | None,
        typer.Option("--label", min=1, help="Mask value of the lesion; may be given again."),
    ] = None,
    instances: Annotated[
        bool, typer.Option("--instances", help="Each mask value is one lesion.")
    ] = False,
    lesion_type: Annotated[
        str | None,
        typer.Option("--type", help="Lesion type, such as liver; of nodes the short axis counts."),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            help="The data set's name in the manifest; a public one's, such as LiTS, says that "
            "these are its scans.",
        ),
    ] = None,
    trust_grid: Annotated[
        bool, typer.Option("--trust-grid", help="Let masks lie on their images voxel by voxel.")
    ] = False,
    seed: Seed = 23,
    dataset_id: DatasetId = 23,
    name: Name = "ULS",
    stack_size: StackSize = 100,
    workers: Workers = None,
    skip_damaged: SkipDamaged = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Make VOIs of scans and their masks, for training and for both images.

    One VOI of 256×256×128 voxels (x, y, z) a click, oriented to RAS at the scan's own spacing.
    May be stopped at any time: the same call goes on, and does nothing twice. manifest.json comes
    last: where it is, all is complete. Data sets of measurements get GrabCut pseudo-masks.
    """
    from training.data.prepare.options import Options, parse_sources  # noqa: PLC0415  (--help needs none)
    from training.data.prepare.prepare import prepare as run  # noqa: PLC0415

    start_log(quiet=quiet)
    told = {
        "values": tuple(label or ()),
        "instances": instances,
        "lesion_type": lesion_type,
        "dataset": dataset,
    }
    options = Options(
        sources=parse_sources(sources, told=told),
        output=output,
        kind=kind,
        clicks=clicks,
        seed=seed,
        held_out=held_out,
        take=take,
        patients=patients,
        test_set=test_set,
        trust_grid=trust_grid,
        skip_damaged=skip_damaged,
        workers=workers or default_workers(),
        dataset_id=dataset_id,
        name=name,
        min_axis_px=min_axis,
        largest_stack=stack_size,
    )
    tell(run(options, overwrite=overwrite), output)


def default_workers() -> int:
    """Give the number of processes for this machine."""
    return min(_MOST_WORKERS, available_cpus())


def tell(manifest: "Manifest", output: Path) -> None:
    """Print the table, and what was left out."""
    from training.data.prepare.table import table_text  # noqa: PLC0415

    typer.echo(table_text(manifest.table))
    left_out = manifest.left_out
    counts = {
        **{reason: len(names) for reason, names in left_out.lesions.items()},
        "images without a mask": len(left_out.images_without_mask),
        "masks without an image": len(left_out.masks_without_image),
        "scans without a lesion": len(left_out.no_lesion),
        "damaged cases": len(left_out.damaged),
        **left_out.skipped,
    }
    for what, count in counts.items():
        if count:
            typer.echo(f"left out: {count} {what}")
    vois = sum(len(lesion.vois) for lesion in manifest.lesions)
    typer.echo(f"{len(manifest.lesions)} lesions, {vois} VOIs: {output / 'manifest.json'}")
