"""What the worker is asked, and what it answers: one JSON document each way."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from algorithm.models.json_files import StrictModel

__all__ = [
    "AnyTask",
    "Around",
    "AroundTask",
    "EngineTask",
    "Nnunetv2Task",
    "Peak",
    "PeakTask",
    "Start",
    "StartTask",
    "Turn",
    "WholeJob",
    "WholeJobTask",
]


class EngineTask(StrictModel):
    """Predict the VOIs of a job with one of our engines.

    Attributes:
        model: the model folder.
        runs: VOIs that are timed, after the first; 0 for the phantom's logits alone.
        input_folder: holds the stack whose first VOIs are predicted in turn.
        logits_file: gets the network's logits of the phantom (`.npy`), averaged over folds.
    """

    kind: Literal["engine"] = "engine"
    model: Path
    engine: str
    precision: str
    device: str
    runs: int
    input_folder: Path
    logits_file: Path


class Nnunetv2Task(StrictModel):
    """The same with nnunetv2's predictor, from a result folder."""

    kind: Literal["nnunetv2"] = "nnunetv2"
    model: Path
    result_folder: Path
    folds: tuple[str, ...]
    device: str
    runs: int
    input_folder: Path
    logits_file: Path


class Turn(StrictModel):
    """What an engine, or nnunetv2, did in one process; see `results.Measured`."""

    device: str
    seconds: list[float]
    forward_seconds: list[float]
    patches: list[int]
    seconds_to_first_voi: float
    peak_memory_gb: float


class StartTask(StrictModel):
    """Load a model as `segment` does, with the engine that `auto` takes, and predict one VOI.

    Attributes:
        cache_folder: for what is remembered; None for the user's own.
    """

    kind: Literal["start"] = "start"
    model: Path
    device: str
    cache_folder: Path | None


class Start(StrictModel):
    """What `auto` took, such as `winograd-f32`, and the seconds from the process's start."""

    engine: str
    seconds_to_first_voi: float


class PeakTask(StrictModel):
    """Multiply two matrices of size × size."""

    kind: Literal["peak"] = "peak"
    precision: str
    device: str
    size: int
    runs: int


class Peak(StrictModel):
    """Median TFLOP/s of each library, the fastest of which is the device's peak."""

    tflops: dict[str, float]


class AroundTask(StrictModel):
    """Do a job with a network that answers at once."""

    kind: Literal["around"] = "around"
    model: Path
    runs: int
    input_folder: Path
    output_folder: Path


class Around(StrictModel):
    """Median seconds per VOI of each stage, and of whole jobs."""

    stages: dict[str, float]
    job_seconds: list[float]


class WholeJobTask(StrictModel):
    """Do a job with the engine that `segment` would take."""

    kind: Literal["whole job"] = "whole job"
    model: Path
    device: str
    input_folder: Path
    output_folder: Path


class WholeJob(StrictModel):
    """Seconds from the start of the process to the end of the job."""

    seconds: float


AnyTask = Annotated[
    EngineTask | Nnunetv2Task | StartTask | PeakTask | AroundTask | WholeJobTask,
    Field(discriminator="kind"),
]
