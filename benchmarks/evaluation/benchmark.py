"""The benchmark: both sides on one set, and ours alone on a stack of many VOIs."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import TypeVar

from pydantic import BaseModel, computed_field

from benchmarks.evaluation.literal import check_scipy
from benchmarks.evaluation.literal_process import LiteralRun, run_literal
from benchmarks.evaluation.runs import largest_difference, scores_of
from benchmarks.evaluation.synthetic import write_submission
from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Options
from uls.workshop.progress import progress

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
    largest_difference: float
    """Between any two scores of the two sides."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ratio(self) -> float:
        """Median of the literal runs over the median of ours, start and imports not counted."""
        return self.literal.median / self.ours.median

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cpu_ratio(self) -> float:
        """The same of CPU seconds, all threads together."""
        return self.literal.cpu_median / self.ours.cpu_median

    @computed_field  # type: ignore[prop-decorator]
    @property
    def whole_process_ratio(self) -> float:
        """Median of whole literal processes over the median of whole processes of ours."""
        return self.literal_whole_process.median / self.ours_whole_process.median

    @computed_field  # type: ignore[prop-decorator]
    @property
    def whole_process_cpu_ratio(self) -> float:
        """The same of CPU seconds, all threads together."""
        return self.literal_whole_process.cpu_median / self.ours_whole_process.cpu_median


class StackTiming(BaseModel):
    """Measure our evaluation alone, as whole processes, on a synthetic stack."""

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
        options = options.model_copy(update={"output_folder": Path(scratch)})
        metrics = evaluate(options)  # warm-up: imports, file cache
        ours = _Clock()
        for _ in progress(range(runs), "Ours, in this process", total=runs, unit="run"):
            ours.time(lambda: evaluate(options))
        process, literal_process, literal = _whole_processes(options, runs, literal_runs)
    in_literal = [(run.seconds, run.cpu_seconds) for run in literal]
    return SideBySide(
        set=name,
        lesions=len(metrics.lesions),
        clicked_lesions=len(metrics.clicks),
        ours=ours.timing,
        ours_whole_process=process.timing,
        literal=_Clock(in_literal).timing,
        literal_whole_process=literal_process.timing,
        largest_difference=max(
            largest_difference(scores_of(metrics), run.scores) for run in literal
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
        clock = _Clock()
        for _ in progress(range(runs), f"Ours, {vois} VOIs", total=runs, unit="run"):
            clock.time(lambda: _run_process(options))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    megabytes = peak * _KILOBYTE / 1e6
    return StackTiming(
        vois=vois, groups=groups, whole_process=clock.timing, peak_megabytes=megabytes
    )


def _whole_processes(
    options: Options, runs: int, literal_runs: int
) -> "tuple[_Clock, _Clock, list[LiteralRun]]":
    """Run both sides in turn, so that whatever else the machine does meets both."""
    ours, literal = _Clock(), _Clock()
    made: list[LiteralRun] = []
    turns = max(runs, literal_runs)
    for turn in progress(range(turns), "Whole processes", total=turns, unit="turn"):
        if turn < runs:
            ours.time(lambda: _run_process(options))
        if turn < literal_runs:
            made.append(literal.time(lambda: run_literal(options)))
    return ours, literal, made


class _Clock:
    """Times the same work again and again: seconds, and CPU seconds of all threads."""

    def __init__(self, runs: Sequence[tuple[float, float]] = ()) -> None:
        self._runs = list(runs)

    def time(self, work: Callable[[], _T]) -> _T:
        """Do the work once, and give its result."""
        start, cpu_start = time.perf_counter(), _cpu_seconds()
        result = work()
        self._runs.append((time.perf_counter() - start, _cpu_seconds() - cpu_start))
        return result

    @property
    def timing(self) -> Timing:
        """All runs so far, and their medians."""
        seconds, cpu_seconds = (list(part) for part in zip(*self._runs, strict=True))
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
