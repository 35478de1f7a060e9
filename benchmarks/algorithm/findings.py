"""All that the workers found, as it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.algorithm.cells import Cell
from benchmarks.algorithm.subject import Subject
from benchmarks.algorithm.tasks import Around, Start, Turn

__all__ = ["Findings"]


@dataclass(frozen=True)
class Findings:
    """All answers of the workers.

    Attributes:
        device: `cpu` or `cuda`.
        cells: that were to be measured.
        starts: one with the checks of `auto`, one with what that remembered.
        reference: the name of the cell that others are compared to.
        peaks: TFLOP/s of each precision's matrix product.
        last_peak: float32's once more, at the end.
        turns: of each engine, and of nnunetv2.
        logits: files of the phantom's logits.
        whole_seconds: of a job that was really done.
    """

    subject: Subject
    device: str
    threads: int
    runs: int
    vois: int
    cells: Sequence[Cell]
    starts: Sequence[Start]
    reference: str
    peaks: dict[str, float]
    last_peak: float
    turns: dict[str, list[Turn]]
    left_out: dict[str, str]
    logits: dict[str, Path]
    around: Around
    whole_seconds: float | None
