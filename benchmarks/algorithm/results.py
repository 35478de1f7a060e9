"""What `bench --json` writes."""

from algorithm.models.json_files import StrictModel

__all__ = [
    "Bench",
    "Job",
    "Measured",
    "NetworkWork",
    "ParityFound",
    "ProjectedPasses",
    "Projection",
]


class ParityFound(StrictModel):
    """Agreement with the float32 reference on a phantom, see `algorithm.engines.selection.parity`.

    Dice is None where the reference's mask is empty, the error where it is not finite.
    """

    dice: float | None
    relative_error: float | None
    holds: bool


class Measured(StrictModel):
    """One engine in one precision, or nnunetv2; medians.

    Attributes:
        device: where and how it ran, as the engine says: an engine that failed its own check says
            here that it ran in f32.
        seconds_per_voi: of a whole prediction, HU in, logits (nnunetv2: mask) out.
        runs: the seconds of each.
        forward_seconds: of those, inside the network.
        patches_per_voi: passes of the network, folds and tiles included.
        tflops: TFLOP/s inside the network; None where torch was not there to count.
        peak_tflops: TFLOP/s of a large matrix product in the same precision.
        share_of_peak: the one over the other.
        peak_memory_gb: of its own process (CPU: resident set; CUDA: tensors), in 10⁹ bytes.
        seconds_to_first_voi: from the start of its process.
    """

    device: str
    seconds_per_voi: float
    runs: list[float]
    forward_seconds: float
    patches_per_voi: float
    tflops: float | None
    peak_tflops: float
    share_of_peak: float | None
    peak_memory_gb: float
    seconds_to_first_voi: float
    parity: ParityFound | None


class NetworkWork(StrictModel):
    """One pass over one patch, counted from shapes."""

    tflop: float
    gigabytes_f32: float
    patch_zyx: tuple[int, int, int]


class Job(StrictModel):
    """A job of many VOIs.

    Attributes:
        around_seconds: of `run_job` with a network that answers at once; start-up left out.
        around_runs: the seconds of each.
        whole_seconds: of the whole process with the engine that `auto` takes.
        whole_is_measured: or else added up, as `whole_said` tells.
    """

    vois: int
    different_vois: int
    around_seconds: float
    around_runs: list[float]
    whole_seconds: float | None
    whole_is_measured: bool
    whole_said: str


class ProjectedPasses(StrictModel):
    """A number of mirrored passes per VOI, and the seconds of all VOIs."""

    passes: int
    seconds: float
    in_budget: bool


class Projection(StrictModel):
    """All VOIs on a T4 that reaches an assumed share of its peak.

    Attributes:
        bound_by: `arithmetic`, or `memory` where a pass waits for its bytes.
    """

    share_of_peak: float
    bound_by: str
    why: str
    vois: int
    budget_seconds: float
    passes: list[ProjectedPasses]
    assumptions: str


class Bench(StrictModel):
    """The file.

    Attributes:
        device: the processor, and the threads.
        model: its name and network.
        runs: of each engine and of nnunetv2.
        notes: how it was measured, and what a reader must know of this run.
        peak_tflops: the highest of `peak_tflops_by_precision`.
        peak_tflops_by_precision: median TFLOP/s of a large matrix product.
        peak_drift: the f32 peak at the end over that at the start: how quiet the machine was.
        engines: by name and precision, such as `openvino-bf16`.
        nnunetv2: None where it was left out.
        left_out: what was not measured, and why.
        auto_engine: which of the engines `--engine auto` took.
        auto_seconds_to_first_voi: from the start of a process that checks engines first, and of one
            that remembers what was found.
        ratio_to_nnunetv2: nnunetv2's seconds per VOI over those of `auto_engine`.
        stages: median seconds per VOI, for `auto_engine`.
    """

    device: str
    model: str
    versions: dict[str, str]
    threads: int
    runs: int
    notes: list[str]
    work: NetworkWork | None
    peak_tflops: float
    peak_tflops_by_precision: dict[str, float]
    peak_drift: float
    engines: dict[str, Measured]
    nnunetv2: Measured | None
    left_out: dict[str, str]
    auto_engine: str
    auto_seconds_to_first_voi: list[float]
    ratio_to_nnunetv2: float | None
    stages: dict[str, float]
    job: Job
    t4: list[Projection]
