"""What an evaluation is asked to do, and where things lie when nobody says."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from uls.workshop.options import Option, Settings

__all__ = ["BAKED_IN_GROUND_TRUTH", "UPLOADED_GROUND_TRUTH", "Missing", "Options"]

UPLOADED_GROUND_TRUTH = Path("/opt/ml/input/data/ground_truth")
"""Where the platform unpacks reference data that was uploaded apart from the image."""

BAKED_IN_GROUND_TRUTH = Path("/opt/app/ground-truth")
"""Where an image that brings its own reference data has it."""


class Missing(StrEnum):
    """What becomes of lesions whose stack has no usable prediction."""

    ERROR = "error"
    SCORE_ZERO = "score-zero"


class Options(Settings):
    """One evaluation."""

    input_folder: Annotated[
        Path, Option("--input", help="Folder with predictions.json and the jobs' outputs.")
    ] = Path("/input")
    output_folder: Annotated[Path, Option("--output", help="Folder that gets metrics.json.")] = (
        Path("/output")
    )
    ground_truth: Annotated[
        Path | None,
        Option(
            "--ground-truth",
            help=f"Folder with the reference data. Default: {UPLOADED_GROUND_TRUTH} if it exists, "
            f"else {BAKED_IN_GROUND_TRUTH}.",
        ),
    ] = None
    missing: Annotated[
        Missing,
        Option(
            "--missing",
            help="What becomes of lesions whose job failed or left no usable mask: stop the run, "
            "or give them the worst score.",
        ),
    ] = Missing.ERROR
    masks_folder: Annotated[
        Path | None,
        Option(
            "--masks",
            help="Score the masks in this folder, named like their reference stacks, instead of "
            "what predictions.json lists.",
        ),
    ] = None
    surface: Annotated[
        bool,
        Option(
            "--surface",
            help="Surface Dice and Hausdorff distances too, by the package surface-distance (extra "
            "`report`): 0.03 to 3 seconds per lesion, by its size.",
        ),
    ] = False
