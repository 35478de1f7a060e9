"""What `segment-many` takes."""

from pathlib import Path
from typing import Annotated

from algorithm.engines.engine_names import EngineSettings
from clinic.lesions.targets import Units
from clinic.scans.scan import Format
from uls.cluster.options import ClusterSettings
from uls.workshop.options import Argument, Option, Quiet, Settings, Verbose

__all__ = ["SegmentMany"]


class SegmentMany(Settings):
    """What `segment-many` takes."""

    table: Annotated[
        Path | None,
        Argument(
            help="CSV table of clicks: columns scan,x,y,z (or a box) and, if wanted, case (names "
            "the folder of results), series, lesion. Rows of one scan are one case."
        ),
    ] = None
    scans: Annotated[
        Path | None,
        Option(
            "--scans",
            help="The folder that the table's scans are named from on, with or without their "
            "ending. Default: the table's own, with it.",
        ),
    ] = None
    stacks: Annotated[
        Path | None,
        Option(
            "--stacks",
            help="Instead of a table: a job's input folder as the challenge has it, with stacks of "
            "VOIs, or a folder of such folders.",
        ),
    ] = None
    mm: Annotated[
        Units, Option("--mm", help="Clicks and boxes are in mm along these axes, not in voxels.")
    ] = None
    output: Annotated[
        Path,
        Option(
            "--output",
            help="A folder for the results: new, empty, or of an earlier such call, which is then "
            "resumed. All machines must see it.",
        ),
    ] = Path("out")
    mask_format: Annotated[
        Format | None,
        Option("--format", help="Of the masks; by default the scan's. dicom: SEG, SR, GSPS."),
    ] = None
    model: Annotated[
        Path | None, Option("--model", help="Model folder. Default: the built-in one.")
    ] = None
    engine: EngineSettings = EngineSettings()
    cluster: ClusterSettings = ClusterSettings()
    again: Annotated[
        bool,
        Option("--again", help="Try again what earlier ended two workers (quarantine.json)."),
    ] = False
    quiet: Quiet = False
    verbose: Verbose = False
