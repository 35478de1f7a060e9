"""The figures, as a person reads them."""

from collections.abc import Iterator

from benchmarks.algorithm.results import Bench, Job, Measured, NetworkWork, Projection

__all__ = ["text_of"]

_HEAD = (
    f"  {'':<15}{'s/VOI':>9}{'from–to':>16}{'network':>9}{'passes':>8}{'TFLOP/s':>9}"
    f"{'of peak':>9}{'GB':>7}{'first':>8}  parity"
)


def text_of(bench: Bench) -> str:
    """Give the lines that the command prints."""
    return "\n".join(_lines(bench))


def _lines(bench: Bench) -> Iterator[str]:
    peaks = ", ".join(f"{p} {rate:.3g}" for p, rate in bench.peak_tflops_by_precision.items())
    yield f"Device: {bench.device}; matrix product: {peaks} TFLOP/s"
    yield f"Model: {bench.model}"
    if bench.work is not None:
        yield _work_line(bench.work)
    yield f"Medians of {bench.runs}; network, first: seconds in the network, to the first VOI"
    yield _HEAD
    for name, measured in bench.engines.items():
        yield _line(name, measured)
    if bench.nnunetv2 is not None:
        yield _line("nnunetv2", bench.nnunetv2)
    for name, why in bench.left_out.items():
        yield f"  {name}: left out ({why})"
    if bench.ratio_to_nnunetv2 is not None:
        yield (
            f"{bench.auto_engine}, which auto takes: {bench.ratio_to_nnunetv2:.3g} times as fast "
            "as nnunetv2"
        )
    first, later = bench.auto_seconds_to_first_voi
    yield (
        f"auto took {bench.auto_engine}: {first:.3g} s to the first VOI with its checks, "
        f"{later:.3g} s with what was remembered of them"
    )
    stages = ", ".join(f"{name} {seconds:.3g} s" for name, seconds in bench.stages.items())
    yield f"Stages of a VOI: {stages} (normalise: all that predicting does but the network)"
    yield from _job_lines(bench.job)
    for projection in bench.t4:
        yield from _projection_lines(projection)
    yield from (f"Note: {note}" for note in bench.notes)


def _work_line(work: NetworkWork) -> str:
    patch = "×".join(str(size) for size in work.patch_zyx)
    return (
        f"One pass over {patch} (z, y, x): {work.tflop:.3g} TFLOP, "
        f"{work.gigabytes_f32:.3g} GB moved in f32 if nothing is fused"
    )


def _line(name: str, measured: Measured) -> str:
    spread = f"{min(measured.runs):.3g}–{max(measured.runs):.3g}"
    rate = "-" if measured.tflops is None else f"{measured.tflops:.3g}"
    share = "-" if measured.share_of_peak is None else f"{measured.share_of_peak:.0%}"
    return (
        f"  {name:<15}{measured.seconds_per_voi:>9.3g}{spread:>16}{measured.forward_seconds:>9.3g}"
        f"{measured.patches_per_voi:>8g}{rate:>9}{share:>9}{measured.peak_memory_gb:>7.2f}"
        f"{measured.seconds_to_first_voi:>8.3g}  {_parity(measured)}"
    )


def _parity(measured: Measured) -> str:
    found = measured.parity
    if found is None:
        return "not compared"
    dice = "-" if found.dice is None else f"{found.dice:.5f}"
    error = "not finite" if found.relative_error is None else f"{found.relative_error:.1e}"
    return f"{'holds' if found.holds else 'FAILS'} (Dice {dice}, error {error})"


def _job_lines(job: Job) -> Iterator[str]:
    yield (
        f"A job of {job.vois} VOIs, all around the network: {job.around_seconds:.3g} s "
        f"({min(job.around_runs):.3g}–{max(job.around_runs):.3g})"
    )
    if job.whole_seconds is None:
        yield f"The whole job: {job.whole_said}"
    else:
        yield f"The whole job: {job.whole_seconds:.4g} s ({job.whole_said})"


def _projection_lines(projection: Projection) -> Iterator[str]:
    yield (
        f"Projected, {projection.vois} VOIs on a T4 at {projection.share_of_peak:.0%} of its peak "
        f"({projection.why}), bound by {projection.bound_by}; "
        f"budget {projection.budget_seconds:g} s:"
    )
    for row in projection.passes:
        verdict = "fits" if row.in_budget else "too long"
        yield f"  {row.passes} mirrored pass{'es' if row.passes > 1 else ''}: " + (
            f"{row.seconds:.3g} s, {verdict}"
        )
    yield f"  Assumed: {projection.assumptions}"
