"""A model's scores on the fixed test set, through the project's own inference and evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from algorithm.engines.selection.create import create
from algorithm.models.importing.on_the_fly import load_model
from evaluation.results.metrics import Metrics
from evaluation.results.metrics_file import METRICS_FILE, read_metrics
from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Options
from uls.platform.sockets import MASK_FOLDER

__all__ = ["AlgorithmSegment", "Segment", "score_model", "scores_in"]

_MASKS = "masks"
_SEGMENTED = "segmented"
"""An empty file that says that all masks are there."""


class Segment(Protocol):
    """Segments a job's stacks with a model."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What decides the masks beside the model; scores of two models compare only if equal."""

    def __call__(self, model_folder: Path, input_folder: Path, output: Path) -> None:
        """Write the masks under `output`/images/ct-binary-uls, named like the stacks."""


@dataclass(frozen=True)
class AlgorithmSegment:
    """`python -m algorithm`: a `Segment`."""

    engine: str = "auto"
    device: str = "auto"
    mirror: int = 0
    native_spacing: bool = False

    @property
    def settings(self) -> Mapping[str, Any]:
        """Give what changes masks; engines give the same ones."""
        return {"mirror": self.mirror, "native_spacing": self.native_spacing}

    def __call__(self, model_folder: Path, input_folder: Path, output: Path) -> None:
        """Segment all stacks of a job."""
        from algorithm.cli.load import make_predictor  # noqa: PLC0415
        from algorithm.job.job import JobOptions, run_job  # noqa: PLC0415

        model = load_model(model_folder, native_spacing=self.native_spacing)
        networks = create(self.engine, model, device=self.device, precision="f32")
        options = JobOptions(input_folder=input_folder, output_folder=output, mirror=self.mirror)
        run_job(make_predictor(model, networks), options)


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
