"""What `segment` takes."""

from pathlib import Path
from typing import Annotated

from algorithm.engines.engine_names import EngineSettings
from clinic.lesions.pointing import parse_box, parse_click
from clinic.lesions.targets import Units
from clinic.scans.grid import Point
from clinic.scans.scan import Format
from clinic.sending.command import archive_option
from clinic.sending.destination import Destination
from uls.workshop.options import Argument, Option, Quiet, Settings, Verbose

__all__ = ["Segment"]


class Segment(Settings):
    """What `segment` takes."""

    scan: Annotated[
        Path | None,
        Argument(
            help="NIfTI, NRRD or MetaImage file; or DICOM: a folder, one file of a series, a "
            "DICOMDIR."
        ),
    ] = None
    clicks: Annotated[
        tuple[Point, ...],
        Option(
            "--click",
            metavar="X,Y,Z",
            help="A click, in voxels of the scan from 0 on (or --mm). Again for more lesions.",
            takes=list[str],
            parse=parse_click,
        ),
    ] = ()
    boxes: Annotated[
        tuple[tuple[Point, Point], ...],
        Option(
            "--box",
            metavar="X0,Y0,Z0,X1,Y1,Z1",
            help="A box around a lesion by two corners; in voxels the second one is beyond it. A "
            "box that holds a click belongs to it.",
            takes=list[str],
            parse=parse_box,
        ),
    ] = ()
    clicks_files: Annotated[
        tuple[Path, ...],
        Option(
            "--clicks",
            metavar="FILE",
            help="A file of clicks: CSV with columns x,y,z or x0,y0,z0,x1,y1,z1 and, if wanted, "
            "lesion; 3D Slicer's markups (.mrk.json), which say their axes themselves; points of a "
            "DICOM SR or GSPS; or earlier contours (DICOM SEG, RTSTRUCT), clicked in their deepest "
            "inner voxel. Again for more files.",
            takes=list[Path],
        ),
    ] = ()
    tracked: Annotated[
        tuple[str, ...],
        Option(
            "--track",
            metavar="UID",
            help="The tracking UID (lesions.csv, SR) of the earlier lesion that a click or box "
            "continues, or: new. One for each, in their order; or a column tracking_uid.",
            takes=list[str],
        ),
    ] = ()
    rois: Annotated[
        tuple[str, ...],
        Option(
            "--roi",
            metavar="ROI",
            help="Of a DICOM file of clicks: only the ROI of this number or name, or those whose "
            "names fit a pattern (GTV*). Again for more.",
            takes=list[str],
        ),
    ] = ()
    cases: Annotated[
        Path | None,
        Option(
            "--cases",
            help="A CSV table of clicks in many scans, instead of SCAN: columns scan,x,y,z and, if "
            "wanted, case,series,lesion. The model is loaded once.",
        ),
    ] = None
    mm: Annotated[
        Units, Option("--mm", help="Clicks and boxes are in mm along these axes, not in voxels.")
    ] = None
    output: Annotated[Path, Option("--output", help="A folder for the results: new, or empty.")] = (
        Path("out")
    )
    mask_format: Annotated[
        Format | None,
        Option("--format", help="Of the masks; by default the scan's. dicom: SEG, SR, GSPS."),
    ] = None
    series: Annotated[
        str | None,
        Option("--series", help="Of a DICOM study: number in the list that `look` gives, or UID."),
    ] = None
    longest_run: Annotated[
        bool,
        Option("--longest-run", help="Of a series with gaps: use its longest even part."),
    ] = False
    model: Annotated[
        Path | None, Option("--model", help="Model folder. Default: the built-in one.")
    ] = None
    send: Annotated[
        Destination | None,
        archive_option("--send", "Send the DICOM objects, too, to"),
    ] = None
    engine: EngineSettings = EngineSettings()
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace earlier results in that folder.")
    ] = False
    quiet: Quiet = False
    verbose: Verbose = False

    @property
    def wanted_format(self) -> Format | None:
        """The format that the masks must have: what is sent is DICOM."""
        return self.mask_format if self.send is None else "dicom"
