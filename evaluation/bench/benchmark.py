"""The benchmark: both sides on one set, and ours alone on a stack of many VOIs."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TypeVar

from pydantic import BaseModel

from evaluation.bench.literal import check_scipy
from evaluation.bench.literal_process import run_literal
from evaluation.bench.runs import largest_difference, scores_of
from evaluation.bench.synthetic import write_submission
from evaluation.job import evaluate
from evaluation.options import Options
from uls.progress import progress

__all__ = ["Bench", "SideBySide", "Timing", "bench_side_by_side", "bench_stack"]

_T = TypeVar("_T")
_KILOBYTE = 1024


class Timing(BaseModel):
    """Seconds of each run, and their median; CPU seconds say more where others use the machine."""

    runs: list[float]
    median: float
    cpu_runs: list[float]
    cpu_median: float


class SideBySide(BaseModel):
    """Both sides on one set: the scoring alone, and whole processes, start-up included."""

    set: str
    lesions: int
    clicked_lesions: int
    ours: Timing
    ours_whole_process: Timing
    literal: Timing
    literal_whole_process: Timing
    ratio: float
    """Median of the literal runs over the median of ours, start and imports not counted."""
    cpu_ratio: float
    """The same of CPU seconds, all threads together."""
    whole_process_ratio: float
    """Median of whole literal processes over the median of whole processes of ours."""
    whole_process_cpu_ratio: float
    largest_difference: float
    """Between any two scores of the two sides."""


class StackTiming(BaseModel):
    """Ours alone, whole processes, on a synthetic stack."""

    vois: int
    groups: int
    whole_process: Timing
    peak_megabytes: float


class Bench(BaseModel):
    """What `bench --json` writes."""

    side_by_side: SideBySide
    stack: StackTiming | None


def bench_side_by_side(options: Options, name: str, *, runs: int, literal_runs: int) -> SideBySide:
    """Score one set both ways; `options.output_folder` is not used.

    Raises:
        CallError: scipy is not installed.
        InputError: the set cannot be scored.
    """
    check_scipy()
    with tempfile.TemporaryDirectory() as scratch:
        options = replace(options, output_folder=Path(scratch))
        metrics = evaluate(options)  # warm-up: imports, file cache
        ours, _ = _timed(lambda: evaluate(options), runs, "ours, in this process")
        process, _ = _timed(lambda: _run_process(options), runs, "ours, whole process")
        literal_process, literal_made = _timed(
            lambda: run_literal(options), literal_runs, "literal, whole process"
        )
    literal = _timing(
        [run.seconds for run in literal_made], [run.cpu_seconds for run in literal_made]
    )
    return SideBySide(
        set=name,
        lesions=len(metrics.lesions),
        clicked_lesions=len(metrics.clicks),
        ours=ours,
        ours_whole_process=process,
        literal=literal,
        literal_whole_process=literal_process,
        ratio=literal.median / ours.median,
        cpu_ratio=literal.cpu_median / ours.cpu_median,
        whole_process_ratio=literal_process.median / process.median,
        whole_process_cpu_ratio=literal_process.cpu_median / process.cpu_median,
        largest_difference=max(
            largest_difference(scores_of(metrics), run.scores) for run in literal_made
        ),
    )


def bench_stack(*, vois: int, groups: int, runs: int) -> StackTiming:
    """Score a synthetic stack in processes of their own, with their peak memory.

    To be called first: a new process counts its parent's memory at its start as its own peak.
    """
    with tempfile.TemporaryDirectory() as scratch:
        truth, masks = write_submission(Path(scratch), vois=vois, groups=groups)
        output = Path(scratch) / "output"
        options = Options(ground_truth=truth, masks_folder=masks, output_folder=output)
        timing, _ = _timed(lambda: _run_process(options), runs, f"ours, {vois} VOIs")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    megabytes = peak * _KILOBYTE / 1e6
    return StackTiming(vois=vois, groups=groups, whole_process=timing, peak_megabytes=megabytes)


def _timed(work: Callable[[], _T], runs: int, what: str) -> tuple[Timing, list[_T]]:
    """Do the same work several times; give its times and its results."""
    seconds, cpu_seconds, results = [], [], []
    for _ in progress(range(runs), what, total=runs, unit="run"):
        start, cpu_start = time.perf_counter(), _cpu_seconds()
        results.append(work())
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(_cpu_seconds() - cpu_start)
    return _timing(seconds, cpu_seconds), results


def _timing(seconds: list[float], cpu_seconds: list[float]) -> Timing:
    return Timing(
        runs=seconds,
        median=median(seconds),
        cpu_runs=cpu_seconds,
        cpu_median=median(cpu_seconds),
    )


def _cpu_seconds() -> float:
    """Give what this process, and those it has run, have used so far."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in used)


def _run_process(options: Options) -> None:
    subprocess.run(_command(options), check=True)  # noqa: S603  (our own program)


def _command(options: Options) -> Sequence[str]:
    masks = ["--masks", str(options.masks_folder)] if options.masks_folder else []
    return [
        *(sys.executable, "-m", "evaluation", "score", "--quiet"),
        *("--input", str(options.input_folder), *masks),
        *("--ground-truth", str(options.ground_truth)),
        *("--output", str(options.output_folder)),
    ]
