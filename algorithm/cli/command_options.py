"""The options that `segment` and `serve` share, and their help."""

from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from algorithm.engines.engine_names import DeviceName, EngineName, PrecisionName
from uls.geometry.lesion import Policy

__all__ = [
    "BoxOption",
    "BoxesOption",
    "BudgetOption",
    "DeviceOption",
    "EngineOption",
    "InputOption",
    "MirrorOption",
    "ModelOption",
    "OneImageOption",
    "OutputOption",
    "PolicyOption",
    "PrecisionOption",
    "QuietOption",
    "ReachOption",
    "SummaryOption",
    "VerboseOption",
]


def _finite(seconds: float | None) -> float | None:
    if seconds is not None and not isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no time; leave it out for as long as it takes.")
    return seconds


InputOption = Annotated[
    Path, typer.Option("--input", help="Folder with the stacks and their spacings.")
]
OutputOption = Annotated[
    Path, typer.Option("--output", help="Folder that gets images/ct-binary-uls/<stack>.mha.")
]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", help="Model folder. Default: /opt/ml/model, else the built-in one."),
]
EngineOption = Annotated[EngineName, typer.Option("--engine", help="What runs the network.")]
DeviceOption = Annotated[DeviceName, typer.Option("--device", help="Where it runs.")]
PrecisionOption = Annotated[
    PrecisionName,
    typer.Option(
        "--precision",
        help="bf16, fp16: faster where the device has it; checked against f32 first. auto: fp16 "
        "on CUDA, bf16 on a CPU where `weights tune` found it faster, else f32.",
    ),
]
MirrorOption = Annotated[
    str,
    typer.Option(
        "--mirror",
        help="Mirrored passes per VOI, 0 to 8 (8: all); fewer where --budget is too short. auto: "
        "as many as fit in --budget, most for VOIs whose passes disagree; without one, or with the "
        "starter model, none.",
    ),
]
BudgetOption = Annotated[
    float | None,
    typer.Option(
        "--budget",
        min=1,
        callback=_finite,
        envvar="ULS_BUDGET",
        help="Seconds for the whole job. Where they run short, it makes do with fewer passes, then "
        "with the starter model, at worst with empty masks, and says which; it still exits with 0.",
    ),
]
PolicyOption = Annotated[
    Policy, typer.Option("--policy", help="Which predicted component is the clicked lesion.")
]
ReachOption = Annotated[
    float,
    typer.Option("--reach-mm", min=0, help="How far from the click it may begin (nearest)."),
]
OneImageOption = Annotated[
    bool, typer.Option("--one-image", help="Refuse a job of several stacks, as the platform does.")
]
BoxOption = Annotated[
    str | None,
    typer.Option(
        "--box",
        metavar="Z0,Y0,X0,Z1,Y1,X1",
        help=("Box around the lesion of a job of one VOI, in its voxels, second corner excluded."),
    ),
]
BoxesOption = Annotated[
    Path | None,
    typer.Option(
        "--boxes",
        help=(
            "JSON file: a list with [z0,y0,x0,z1,y1,x1] or null for every VOI; for several stacks, "
            "an object with such a list under each stack's name."
        ),
    ),
]
SummaryOption = Annotated[
    Path | None,
    typer.Option(
        "--summary",
        help="Write here, as JSON, what each VOI was predicted by, why, and its mask in figures.",
        show_default=False,
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Warnings and errors only.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Details too.")]
