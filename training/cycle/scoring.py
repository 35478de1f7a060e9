"""A model's scores on the fixed test set, through the project's own inference and evaluation."""

from pathlib import Path

from evaluation.results.metrics import Metrics
from evaluation.results.metrics_file import METRICS_FILE, read_metrics
from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Options
from training.cycle.segmenting import Segment
from uls.platform.slugs import MASK_FOLDER

__all__ = ["score_model", "scores_in"]

_MASKS = "masks"
_SEGMENTED = "segmented"
"""An empty file that says that all masks are there."""


def score_model(model_folder: Path, test_set: Path, place: Path, segment: Segment) -> None:
    """Segment the test set and score the masks: `place` gets metrics.json and the masks.

    Masks that an earlier, stopped call finished are scored without being made again.

    Raises:
        InputError: the test set is wrong.
        ModelError: the model is.
    """
    masks = place / _MASKS
    if not (place / _SEGMENTED).exists():
        segment(model_folder, test_set / "input", masks)
        (place / _SEGMENTED).touch()
    evaluate(
        Options(
            output_folder=place,
            ground_truth=test_set / "ground-truth",
            masks_folder=masks / MASK_FOLDER,
        )
    )


def scores_in(folder: Path) -> Metrics:
    """Read what `score_model` wrote."""
    return read_metrics(folder / METRICS_FILE)
