"""How long 100 VOIs would take on a T4, from counted FLOPs and bytes: a roofline, no measurement.

A pass takes as long as its multiplications at an assumed share of the card's peak, or as its bytes
at the card's memory bandwidth, whichever is longer.
"""

from benchmarks.algorithm.results import ProjectedPasses, Projection
from benchmarks.algorithm.work import Work

__all__ = ["ASSUMED_SHARE", "T4_BANDWIDTH", "T4_PEAK", "pass_seconds", "project"]

T4_PEAK = 65e12
"""FLOP/s in float16 on tensor cores (NVIDIA's T4 data sheet)."""

T4_BANDWIDTH = 320e9
"""Bytes/s (the same data sheet: up to 320 GB/s)."""

ASSUMED_SHARE = 0.5
"""Of the peak, beside the share that was reached here."""

BUDGET_SECONDS = 540.0
"""What the ULS23 platform gives a job of 100 VOIs: 5.4 s per VOI."""

_VOIS = 100

_PASSES = (1, 2, 4, 8)
"""Passes a VOI: no axis mirrored, one, two and three."""


def pass_seconds(work: Work, *, share: float) -> float:
    """Give the seconds of one pass on a T4 that reaches a share of its peak."""
    return max(_arithmetic_seconds(work, share), _memory_seconds(work))


def _arithmetic_seconds(work: Work, share: float) -> float:
    return work.flops / (T4_PEAK * share)


def _memory_seconds(work: Work) -> float:
    return work.bytes_moved("fp16") / T4_BANDWIDTH


def project(work: Work, *, patches_per_voi: float, share: float, why: str) -> Projection:
    """Project 100 VOIs for each number of mirrored passes.

    Args:
        work: of one pass of the network over one patch.
        patches_per_voi: passes that an unmirrored VOI takes, folds and tiles included.
        share: of the peak.
        why: where the share comes from.
    """
    per_voi = pass_seconds(work, share=share) * patches_per_voi
    totals = {mirrored: _VOIS * mirrored * per_voi for mirrored in _PASSES}
    waits_for_memory = _memory_seconds(work) > _arithmetic_seconds(work, share)
    return Projection(
        share_of_peak=share,
        bound_by="memory" if waits_for_memory else "arithmetic",
        why=why,
        vois=_VOIS,
        budget_seconds=BUDGET_SECONDS,
        passes=[
            ProjectedPasses(passes=mirrored, seconds=total, in_budget=total <= BUDGET_SECONDS)
            for mirrored, total in totals.items()
        ],
        assumptions=(
            f"T4: {T4_PEAK / 1e12:g} TFLOP/s in float16, of which {share:.0%} is reached ({why}); "
            f"{T4_BANDWIDTH / 1e9:g} GB/s; each layer reads its input and weights and writes its "
            "output once in float16, nothing fused; the network alone: no start-up, no reading, "
            "no writing."
        ),
    )
