"""What the file says of what was found: medians, rates, ratios, notes."""

from collections.abc import Mapping
from statistics import median

import numpy as np

from algorithm.engines.selection.parity import compare
from benchmarks.algorithm import plan
from benchmarks.algorithm.findings import Findings
from benchmarks.algorithm.machine import device_said, versions
from benchmarks.algorithm.projection import ASSUMED_SHARE, project
from benchmarks.algorithm.results import Bench, Job, Measured, NetworkWork, ParityFound, Projection
from benchmarks.algorithm.synthetic import DIFFERENT_VOIS

__all__ = ["summarised"]

_LEAST_RUNS = 5
_WINOGRAD = "winograd"
_QUIET = 0.1
"""How far the peak may drift between the start and the end before a note says so."""


def summarised(found: Findings) -> Bench:
    """Work out what the file says."""
    engines = {
        cell.name: _measured(found, cell.name, cell.precision)
        for cell in found.cells
        if cell.name in found.turns
    }
    nnunetv2 = None
    if plan.NNUNETV2 in found.turns:
        nnunetv2 = _measured(found, plan.NNUNETV2, plan.nnunetv2_precision(found.device))
    auto_name = found.starts[-1].engine
    auto = engines.get(auto_name)
    manifest, work = found.subject.model.manifest, found.subject.work
    return Bench(
        device=device_said(found.device, found.threads),
        model=f"{manifest.name}: {manifest.summary()}",
        versions=versions(),
        threads=found.threads,
        runs=found.runs,
        notes=_notes(found, auto_name, auto),
        work=None
        if work is None
        else NetworkWork(
            tflop=work.flops / 1e12,
            gigabytes_f32=work.bytes_moved("f32") / 1e9,
            patch_zyx=manifest.patch_zyx,
        ),
        peak_tflops=max(found.peaks.values()),
        peak_tflops_by_precision=found.peaks,
        peak_drift=found.last_peak / found.peaks["f32"],
        engines=engines,
        nnunetv2=nnunetv2,
        left_out=found.left_out,
        auto_engine=auto_name,
        auto_seconds_to_first_voi=[start.seconds_to_first_voi for start in found.starts],
        ratio_to_nnunetv2=None
        if auto is None or nnunetv2 is None
        else nnunetv2.seconds_per_voi / auto.seconds_per_voi,
        stages=_stages(found, auto),
        job=_job(found, auto_name, auto),
        t4=_projections(found, engines, auto),
    )


def _measured(found: Findings, name: str, precision: str) -> Measured:
    turns = found.turns[name]
    seconds = [one for turn in turns for one in turn.seconds]
    forward = [one for turn in turns for one in turn.forward_seconds]
    patches = [one for turn in turns for one in turn.patches]
    rate = median(count / taken for count, taken in zip(patches, forward, strict=True))
    work, peak = found.subject.work, found.peaks[precision]
    tflops = None if work is None else work.flops * rate / 1e12
    return Measured(
        device=turns[0].device,
        seconds_per_voi=median(seconds),
        runs=seconds,
        forward_seconds=median(forward),
        patches_per_voi=median(patches),
        tflops=tflops,
        peak_tflops=peak,
        share_of_peak=None if tflops is None else tflops / peak,
        peak_memory_gb=max(turn.peak_memory_gb for turn in turns),
        seconds_to_first_voi=median(turn.seconds_to_first_voi for turn in turns),
        parity=_parity(found, name, precision),
    )


def _parity(found: Findings, name: str, precision: str) -> ParityFound | None:
    if name not in found.logits or found.reference not in found.logits:
        return None
    logits, reference = (np.load(found.logits[which]) for which in (name, found.reference))
    parity = compare(logits, reference)
    return ParityFound(
        dice=parity.dice, relative_error=parity.relative_error, holds=parity.holds(precision)
    )


def _stages(found: Findings, auto: Measured | None) -> dict[str, float]:
    stages = dict(found.around.stages)
    if auto is not None:
        stages["forward"] = auto.forward_seconds
    order = ("read", "normalise", "forward", "post-process", "write")
    return {name: stages[name] for name in order if name in stages}


def _job(found: Findings, auto_name: str, auto: Measured | None) -> Job:
    around = median(found.around.job_seconds)
    whole, said = found.whole_seconds, "measured: the process from its start to its end"
    if whole is None and auto is not None:
        forward = found.vois * auto.forward_seconds
        # On a CPU the network and what is around it want the same cores; a GPU has its own.
        together = forward + around if found.device == "cpu" else max(forward, around)
        start_up = max(0.0, auto.seconds_to_first_voi - auto.seconds_per_voi)
        whole = start_up + together
        how = "plus" if found.device == "cpu" else "beside"
        said = (
            f"not measured but added up: start-up {start_up:.1f} s, and the network "
            f"{forward:.1f} s {how} all around it {around:.1f} s"
        )
    elif whole is None:
        said = f"unknown, as {auto_name} was not measured"
    return Job(
        vois=found.vois,
        different_vois=min(found.vois, DIFFERENT_VOIS),
        around_seconds=around,
        around_runs=found.around.job_seconds,
        whole_seconds=whole,
        whole_is_measured=found.whole_seconds is not None,
        whole_said=said,
    )


def _projections(
    found: Findings, engines: Mapping[str, Measured], auto: Measured | None
) -> list[Projection]:
    """Project what a card's library does, which is no Winograd: at a direct engine's share."""
    work = found.subject.work
    if work is None or auto is None:
        return []
    direct = {
        f"what {cell.name} reaches here": engines[cell.name].share_of_peak
        for cell in found.cells
        if cell.name in engines and cell.engine != _WINOGRAD
    }
    reached = {why: share for why, share in direct.items() if share is not None}
    best = sorted(reached.items(), key=lambda item: -item[1])[:1]
    shares = {**{why: min(1.0, share) for why, share in best}, "assumed": ASSUMED_SHARE}
    return [
        project(work, patches_per_voi=auto.patches_per_voi, share=share, why=why)
        for why, share in shares.items()
    ]


def _notes(found: Findings, auto_name: str, auto: Measured | None) -> list[str]:
    notes = [
        "Each measurement ran in a process of its own, one at a time; each engine had two turns "
        "with half of its runs, all in order and then all in reverse.",
        f"Synthetic VOIs, {min(found.vois, DIFFERENT_VOIS)} different ones repeated; nothing is "
        "mirrored; the first VOI of each process is not among the runs.",
        f"Parity is against {found.reference} on a phantom.",
    ]
    if found.runs < _LEAST_RUNS:
        notes.append(f"Medians of {found.runs} only: fewer than {_LEAST_RUNS} runs.")
    drift = found.last_peak / found.peaks["f32"]
    if abs(drift - 1) > _QUIET:
        notes.append(
            f"The machine was not quiet: at the end its matrix product in f32 ran at {drift:.0%} "
            "of its speed at the start."
        )
    if found.subject.work is None:
        notes.append("Without torch no work is counted: no TFLOP/s, no projection.")
    if any(cell.engine == _WINOGRAD for cell in found.cells):
        notes.append(
            "TFLOP/s count what a plain convolution takes; winograd gets the same with an eighth "
            "of the multiplications, so that its share of the peak may be above 100%."
        )
    if auto is None:
        notes.append(f"{auto_name}, which auto takes, was not measured: no ratio.")
    return notes
