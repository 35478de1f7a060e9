"""What a training run of the starter model reads, and where it runs."""

from pathlib import Path
from typing import Annotated, Literal

from uls.workshop.options import Option, Settings

__all__ = ["RunFolder", "TrainOptions"]

RunFolder = Annotated[
    Path, Option("--run", help="The run's folder; a run that is there is gone on with.")
]


class TrainOptions(Settings):
    """What a training run reads, and where it runs."""

    folder: RunFolder
    scans: Annotated[
        tuple[Path, ...],
        Option(
            "--scans",
            help="Folder of scans (*.nii.gz), or of <case>_image.nii.gz with "
            "<case>_<lesion>.nii.gz; give it several times for several folders.",
            default="none: synthetic scans",
        ),
    ] = ()
    device: Annotated[Literal["auto", "cpu", "cuda"], Option("--device", help="What trains.")] = (
        "auto"
    )
    workers: Annotated[
        int, Option("--workers", min=0, help="Processes that draw samples; with a GPU, many.")
    ] = 1
    start: Annotated[
        Path | None,
        Option(
            "--start",
            help="Zoom model folder whose weights a new run begins with, such as "
            "baseline_weights/starter.",
            default="random weights",
        ),
    ] = None
    hold_out: Annotated[
        tuple[str, ...],
        Option(
            "--hold-out",
            help="Case that is not trained on, or a pattern such as 'P1*'; give it several times "
            "for several. Its lesions are validated on, and `evaluate` takes them.",
            default="the protocol's validation cases, always held out",
        ),
    ] = ()
    shapes: Annotated[
        Path | None,
        Option(
            "--shapes",
            help="Real nodules' shapes, as `shapes` makes them.",
            default="invented shapes alone",
        ),
    ] = None
    checkpoint_minutes: Annotated[
        float, Option("--checkpoint-minutes", min=0.1, help="Between two checkpoints.")
    ] = 5
