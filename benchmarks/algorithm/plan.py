"""What is measured in which order, and a guess of how long each takes."""

from collections.abc import Sequence

from algorithm.inference.tiling import tiles
from algorithm.models.manifest import Manifest
from benchmarks.algorithm.cells import Cell
from benchmarks.algorithm.progress import Step
from benchmarks.algorithm.subject import Subject
from uls.geometry.voi import VOI_SHAPE_ZYX

__all__ = ["NNUNETV2", "guessed_voi_seconds", "nnunetv2_precision", "precisions", "steps", "turns"]

NNUNETV2 = "nnunetv2"

_TFLOPS_GUESSED = {"cpu": 0.1, "cuda": 10.0}
_ZOOM_PATCHES = 15


def turns(names: Sequence[str], runs: int) -> list[tuple[str, int]]:
    """Share out the runs: half of them in order, the rest in reverse order."""
    there, back = runs - runs // 2, runs // 2
    forth = [(name, there) for name in names]
    return forth + [(name, back) for name in reversed(names) if back]


def precisions(cells: Sequence[Cell], device: str, *, nnunetv2: bool) -> list[str]:
    """List the precisions whose peak is needed, float32 first."""
    needed = ["f32", *(cell.precision for cell in cells)]
    return list(dict.fromkeys([*needed, nnunetv2_precision(device)] if nnunetv2 else needed))


def nnunetv2_precision(device: str) -> str:
    """Say what nnunetv2 computes in: on CUDA it autocasts to float16."""
    return "fp16" if device == "cuda" else "f32"


def guessed_voi_seconds(subject: Subject, device: str) -> float:
    """Guess how long one VOI takes, for the progress lines alone."""
    manifest = subject.model.manifest
    passes = _ZOOM_PATCHES
    if isinstance(manifest, Manifest):
        sizes = zip(VOI_SHAPE_ZYX, manifest.patch_zyx, strict=True)
        z, y, x = (max(size, patch) for size, patch in sizes)
        passes = len(list(tiles((z, y, x), manifest.patch_zyx))) * len(subject.folds)
    tflop = subject.work.flops / 1e12 if subject.work else 0.1
    return max(0.1, passes * tflop / _TFLOPS_GUESSED[device])


def steps(
    measured_turns: Sequence[tuple[str, int]],
    peaks: Sequence[str],
    *,
    voi_seconds: float,
    jobs: int,
    vois: int,
    whole_job: bool,
) -> list[Step]:
    """List all that is measured, in order.

    Args:
        measured_turns: as `turns` gives them; each predicts one VOI more, the first.
        peaks: precisions.
        voi_seconds: a guess.
        jobs: how many jobs with a network that answers at once.
        vois: of each job.
        whole_job: whether a job is done with the real engine.
    """
    turn_steps = [Step(name, runs + 1, voi_seconds) for name, runs in measured_turns]
    jobs_steps = [Step("jobs", jobs * vois, 0.2)]
    whole_steps = [Step("whole job", vois, voi_seconds)] if whole_job else []
    return [
        *(Step(f"peak {precision}", 1, 5.0) for precision in peaks),
        *turn_steps,
        Step("reference", 1, voi_seconds),
        *jobs_steps,
        *whole_steps,
        Step("peak f32", 1, 5.0),
    ]
