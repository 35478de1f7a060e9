"""The options of `segment`, and their help."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from clinic.scans.scan import Format

__all__ = [
    "BoxesOption",
    "CasesOption",
    "ClicksFileOption",
    "ClicksOption",
    "FormatOption",
    "LongestRunOption",
    "MmOption",
    "OutputOption",
    "ScanArgument",
    "SeriesOption",
]

ScanArgument = Annotated[
    Path | None,
    typer.Argument(
        help="NIfTI, NRRD or MetaImage file; or DICOM: a folder, one file of a series, a DICOMDIR."
    ),
]
ClicksOption = Annotated[
    list[str] | None,
    typer.Option(
        "--click",
        metavar="X,Y,Z",
        help="A click, in voxels of the scan from 0 on (or --mm). Again for more lesions.",
    ),
]
BoxesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--box",
        metavar="X0,Y0,Z0,X1,Y1,Z1",
        help="A box around a lesion by two corners; in voxels the second one is beyond it. A box "
        "that holds a click belongs to it.",
    ),
]
ClicksFileOption = Annotated[
    Path | None,
    typer.Option(
        "--clicks",
        help="A file of clicks: CSV with columns x,y,z or x0,y0,z0,x1,y1,z1 and, if wanted, "
        "lesion; or 3D Slicer's markups (.mrk.json), which say their axes themselves.",
    ),
]
CasesOption = Annotated[
    Path | None,
    typer.Option(
        "--cases",
        help="A CSV table of clicks in many scans, instead of SCAN: columns scan,x,y,z and, if "
        "wanted, case,series,lesion. The model is loaded once.",
    ),
]
MmOption = Annotated[
    Literal["LPS", "RAS"] | None,
    typer.Option("--mm", help="Clicks and boxes are in mm along these axes, not in voxels."),
]
OutputOption = Annotated[
    Path, typer.Option("--output", help="A folder for the results: new, or empty.")
]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="Of the masks; by default the scan's. dicom: SEG, SR, GSPS."),
]
SeriesOption = Annotated[
    str | None,
    typer.Option(
        "--series", help="Of a DICOM study: number in the list that `look` gives, or UID."
    ),
]
LongestRunOption = Annotated[
    bool,
    typer.Option("--longest-run", help="Of a series with gaps: use its longest even part."),
]
