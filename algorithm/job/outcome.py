"""What came of a job, VOI by VOI, and how the log says it."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from algorithm.job.means import Means
from algorithm.job.stopwatch import Stopwatch
from uls.geometry.lesion import ClickedLesion
from uls.geometry.voi import Spacing
from uls.images.plausible import implausible_size

__all__ = ["StackOutcome", "VoiOutcome", "counts", "log_summary", "log_voi"]

_log = logging.getLogger(__name__)

_MM3_PER_ML = 1000.0


@dataclass(frozen=True)
class VoiOutcome:
    """One VOI's mask in figures.

    Attributes:
        index: of the VOI in its stack.
        voxels: of the mask; 0 when no lesion was found at the click.
        volume_ml: of the mask.
        distance_mm: from the click to the mask; 0 when it holds the click, None when it is empty.
        n_components: that were predicted, before the clicked one was chosen.
        means: by what the mask was made: the model, but where time was too short for it.
        passes_left_out: of those asked for, for lack of time.
        model_failed: what should have predicted it failed on it.
    """

    index: int
    voxels: int
    volume_ml: float
    distance_mm: float | None
    n_components: int
    means: Means = Means.MODEL
    passes_left_out: int = 0
    model_failed: bool = False

    @classmethod
    def of(
        cls,
        index: int,
        lesion: ClickedLesion,
        spacing_mm: Spacing,
        *,
        means: Means = Means.MODEL,
        passes_left_out: int = 0,
        model_failed: bool = False,
    ) -> "VoiOutcome":
        """Count the mask's voxels and give them a volume."""
        voxels = int(np.count_nonzero(lesion.mask))
        volume_ml = voxels * float(np.prod(spacing_mm)) / _MM3_PER_ML
        return cls(
            index,
            voxels,
            volume_ml,
            lesion.distance_mm,
            lesion.n_components,
            means=means,
            passes_left_out=passes_left_out,
            model_failed=model_failed,
        )

    @classmethod
    def left_empty(cls, index: int, *, model_failed: bool = False) -> "VoiOutcome":
        """Stand for a VOI that there was no time, or nothing, to predict by."""
        return cls(index, 0, 0.0, None, 0, means=Means.NOTHING, model_failed=model_failed)

    @property
    def reason(self) -> str:
        """Say why it did not get what was asked for."""
        return "as the model failed on it" if self.model_failed else "for lack of time"


@dataclass(frozen=True)
class StackOutcome:
    """One stack's masks: where they lie, and each VOI's figures."""

    path: Path
    vois: tuple[VoiOutcome, ...]


def counts(stacks: Sequence[StackOutcome]) -> dict[Means, int]:
    """Count the VOIs by what they were predicted."""
    found = Counter(voi.means for stack in stacks for voi in stack.vois)
    return {means: found[means] for means in Means}


def log_voi(stack_name: str, voi: VoiOutcome, n_vois: int) -> None:
    """Tell one VOI's outcome; as a warning when the click itself is not in the mask.

    Another warning says what it did not get, and why.
    """
    place = f"{stack_name}: VOI {voi.index + 1} of {n_vois}"
    if voi.means is Means.NOTHING:
        _log.warning("%s: left empty, not predicted, %s", place, voi.reason)
        return
    if voi.means is Means.FALLBACK:
        _log.warning("%s: predicted by %s, %s", place, voi.means, voi.reason)
    if voi.passes_left_out:
        _log.warning(
            "%s: %d mirrored passes fewer than asked for, for lack of time",
            place,
            voi.passes_left_out,
        )
    if voi.distance_mm is None:
        _log.warning(
            "%s: no lesion at the click, so its mask is empty (%d components predicted)",
            place,
            voi.n_components,
        )
    elif voi.distance_mm > 0:
        _log.warning(
            "%s: %.2f ml, begins %.1f mm beside the click", place, voi.volume_ml, voi.distance_mm
        )
    else:
        _log.info("%s: %.2f ml (%d voxels)", place, voi.volume_ml, voi.voxels)
    if doubt := implausible_size(voi.voxels, voi.volume_ml):
        _log.warning("%s: %s; look at it", place, doubt)


def log_summary(stacks: Sequence[StackOutcome], stopwatch: Stopwatch) -> None:
    """Tell where the masks are, how many are empty, and what took how long."""
    vois = [voi for stack in stacks for voi in stack.vois]
    empty = sum(voi.distance_mm is None for voi in vois)
    beside = sum(bool(voi.distance_mm) for voi in vois)
    for stack in stacks:
        _log.info("Masks of %d VOIs written to %s", len(stack.vois), stack.path)
    if empty or beside:
        _log.warning(
            "Look at these before use: %d of %d masks are empty, %d do not hold the click",
            empty,
            len(vois),
            beside,
        )
    failed = [voi for voi in vois if voi.model_failed]
    late = [voi for voi in vois if not voi.model_failed]
    for why, of_these in (("as the model failed on them", failed), ("for lack of time", late)):
        if lacks := _lacks(of_these):
            _log.warning("Of %d VOIs, %s: %s", len(vois), why, ", ".join(lacks))
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stopwatch.seconds.items())
    _log.info("%d VOIs in %.1f s (side by side: %s)", len(vois), stopwatch.total_seconds, stages)
    by = counts(stacks)
    _log.log(
        logging.WARNING if by[Means.FALLBACK] or by[Means.NOTHING] else logging.INFO,
        "Of %d VOIs the model predicted %d, the starter model %d; %d were left empty",
        len(vois),
        by[Means.MODEL],
        by[Means.FALLBACK],
        by[Means.NOTHING],
    )


def _lacks(vois: Sequence[VoiOutcome]) -> list[str]:
    """Count what VOIs did not get."""
    counts = {
        "predicted with fewer passes than asked for": sum(v.passes_left_out > 0 for v in vois),
        f"predicted by {Means.FALLBACK}": sum(v.means is Means.FALLBACK for v in vois),
        "left empty": sum(v.means is Means.NOTHING for v in vois),
    }
    return [f"{count} {what}" for what, count in counts.items() if count]
