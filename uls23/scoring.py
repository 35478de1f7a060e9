"""Score masks against references from Python, exactly as `uls23 evaluate` does."""

from pathlib import Path
from typing import Literal

from evaluation.results.metrics import Metrics
from evaluation.scoring.job import evaluate as run
from evaluation.scoring.options import Missing, Options

__all__ = ["evaluate"]


def evaluate(
    masks: Path | str,
    references: Path | str,
    output: Path | str,
    *,
    missing: Literal["error", "score-zero"] = "error",
    surface: bool = False,
) -> Metrics:
    """Score predicted masks as the ULS23 challenge does, and write metrics.json.

    Args:
        masks: folder of mask stacks (.mha, .nii.gz …), each named like its reference stack.
        references: folder of the reference data, as the evaluation image reads it.
        output: folder that gets metrics.json.
        missing: whether a stack without a usable mask stops the run, or scores worst.
        surface: whether surface Dice and Hausdorff distances are worked out, too.

    Returns:
        What metrics.json holds: `metrics.aggregates.challenge_score`, a row per lesion, and more.

    Raises:
        InputError: the references or the masks cannot be used.
        OutputError: metrics.json cannot be written.
    """
    return run(
        Options(
            masks_folder=Path(masks),
            ground_truth=Path(references),
            output_folder=Path(output),
            missing=Missing(missing),
            surface=surface,
        )
    )
