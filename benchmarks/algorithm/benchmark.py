"""The benchmark, top to bottom: peaks, engines there and back, stages and jobs.

Each measurement has a process of its own, so that its peak memory is its own, and one runs at a
time: nnunetv2 alone takes 9 GB for the ULS23 baseline. So that a machine whose load drifts favours
nobody, each engine has two turns with half of its runs: all in order, then all in reverse.
"""

import logging
from pathlib import Path

from benchmarks.algorithm.bencher import Bencher
from benchmarks.algorithm.cells import cells_here, reference_cell, wanted_cells
from benchmarks.algorithm.findings import Findings
from benchmarks.algorithm.options import BenchOptions
from benchmarks.algorithm.processes import run_worker
from benchmarks.algorithm.subject import Subject
from benchmarks.algorithm.tasks import Start, StartTask
from uls.workshop.cpus import available_cpus

__all__ = ["measure"]

_log = logging.getLogger(__name__)


def measure(options: BenchOptions, subject: Subject, scratch: Path) -> Findings:
    """Measure a model.

    Args:
        options: how.
        subject: the model.
        scratch: a folder for files that are needed meanwhile.

    Raises:
        CallError: an engine is asked for that is not here.
        UserError: something that every other figure rests on could not be measured.
    """
    here = cells_here(subject.model, options.device)
    wanted = wanted_cells(options.engines, here)
    starts = _starts(options.device, subject, scratch)
    # What `auto` takes is always measured: the ratio to nnunetv2 is about what users get.
    taken = next(cell for cell in here if cell.name == starts[-1].engine)
    cells = tuple(dict.fromkeys([*wanted, taken]))
    bencher = Bencher(options, subject, cells, reference_cell(here), scratch)
    peaks = {precision: bencher.peak(precision) for precision in bencher.precisions}
    for name, runs in bencher.turns:
        bencher.turn(name, runs)
    bencher.reference()
    around = bencher.around()
    whole_seconds = bencher.whole_job() if options.whole_job else None
    return Findings(
        subject=subject,
        device=options.device,
        threads=bencher.threads,
        runs=options.runs,
        vois=options.vois,
        cells=cells,
        starts=starts,
        reference=bencher.reference_name,
        peaks=peaks,
        last_peak=bencher.peak("f32"),
        turns=bencher.measured,
        left_out=bencher.left_out,
        logits=bencher.logits,
        around=around,
        whole_seconds=whole_seconds,
    )


def _starts(device: str, subject: Subject, scratch: Path) -> list[Start]:
    """Start twice with what `auto` takes: with its checks, unless they are remembered, and without.

    What is found out of a model that was made for this benchmark is remembered for it only.
    """
    folder = subject.model.folder
    cache_folder = scratch / "cache" if folder.is_relative_to(scratch) else None
    task = StartTask(model=folder, device=device, cache_folder=cache_folder)
    _log.info("Two starts with --engine auto")
    threads = available_cpus()
    return [run_worker(task, Start, threads=threads, say=lambda _: None) for _ in range(2)]
