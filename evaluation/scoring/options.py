"""What an evaluation is asked to do, and where things lie when nobody says."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["BAKED_IN_GROUND_TRUTH", "UPLOADED_GROUND_TRUTH", "Missing", "Options"]

UPLOADED_GROUND_TRUTH = Path("/opt/ml/input/data/ground_truth")
"""Where the platform unpacks reference data that was uploaded apart from the image."""

BAKED_IN_GROUND_TRUTH = Path("/opt/app/ground-truth")
"""Where an image that brings its own reference data has it."""


class Missing(StrEnum):
    """What becomes of lesions whose stack has no usable prediction."""

    ERROR = "error"
    SCORE_ZERO = "score-zero"


@dataclass(frozen=True, kw_only=True)
class Options:
    """One evaluation.

    Attributes:
        input_folder: holds predictions.json and the jobs' outputs.
        output_folder: gets metrics.json.
        ground_truth: folder of the reference data; None looks in the usual two places.
        missing: whether a stack without a usable prediction stops the run or scores worst.
        masks_folder: if given, the masks lie here under their stacks' names, without any
            predictions.json, and `input_folder` is not looked at.
        surface: whether surface Dice and Hausdorff distances are worked out too.
    """

    input_folder: Path = Path("/input")
    output_folder: Path = Path("/output")
    ground_truth: Path | None = None
    missing: Missing = Missing.ERROR
    masks_folder: Path | None = None
    surface: bool = False
