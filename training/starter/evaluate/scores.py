"""One method on the protocol's cases, scored with the evaluation's own code."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from algorithm.inference.predictor import Predictor
from algorithm.inference.zoom_predictor import ZoomPredictor
from evaluation.scoring.lesion_scores import score_lesion
from training.data.cases.click_choice import Voxel
from training.starter.evaluate.protocol import Case
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import CroppedMask, cropped
from uls.geometry.lesion import clicked
from uls.geometry.overlap import moved_dice
from uls.geometry.voi import Spacing

__all__ = [
    "Answered",
    "CaseScores",
    "ClickScore",
    "Segment",
    "model_segment",
    "score_case",
]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Answered:
    """A mask, and what its method says of it.

    Attributes:
        mask: of the VOI.
        certainty: the Dice that its method expects; None where it does not say.
        evidence: what speaks for the mask, where its method says so.
    """

    mask: Mask
    certainty: float | None = None
    evidence: dict[str, float] = field(default_factory=dict)


Segment = Callable[[npt.NDArray[np.int16], Spacing], Answered]
"""What is scored: a VOI in HU and its spacing along (x, y, z) in mm become a mask."""


@dataclass(frozen=True)
class ClickScore:
    """How well the VOI of one click was segmented.

    Attributes:
        click_zyx: in the scan.
        dice: of the masks within the VOI.
        long_axis_sape, short_axis_sape: |a - b| / (a + b) of the axes, a fraction of 1.
        volume_ratio: predicted over reference voxels.
        seconds: from the VOI to its mask.
        notes: what is odd about the mask, such as that it misses the click.
        certainty, evidence: what its method says of it (`Answered`).
    """

    click_zyx: Voxel
    dice: float
    long_axis_sape: float
    short_axis_sape: float
    volume_ratio: float
    seconds: float
    notes: tuple[str, ...]
    certainty: float | None = None
    evidence: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseScores:
    """All clicks on one lesion.

    Attributes:
        name, group: of the lesion.
        diameter_mm: its long axis.
        volume_ml: its volume.
        clicks: the scores of each.
        consistency: mean Dice of all pairs of masks, one moved onto the other; None for one click.
    """

    name: str
    group: str
    diameter_mm: float
    volume_ml: float
    clicks: tuple[ClickScore, ...]
    consistency: float | None


def model_segment(predictor: Predictor) -> Segment:
    """Give the inference path of a job, from a VOI to the clicked lesion."""

    def segment(voi_hu: npt.NDArray[np.int16], spacing_mm: Spacing) -> Answered:
        if not isinstance(predictor, ZoomPredictor):
            logit = predictor.predict(voi_hu, spacing_mm=spacing_mm)
            return Answered(clicked(logit > 0, spacing_mm=spacing_mm).mask)
        found = predictor.segment(voi_hu, spacing_mm=spacing_mm)
        mask = clicked(found.logit > 0, spacing_mm=spacing_mm).mask
        return Answered(mask, found.certainty, found.evidence)

    return segment


def score_case(
    segment: Segment, case: Case, *, after_click: Callable[[], Any] = lambda: None
) -> CaseScores:
    """Segment the VOI of every click and score the masks.

    Args:
        segment: what is scored.
        case: the lesion and its clicks.
        after_click: called after each VOI, for progress.
    """
    scores, masks = [], []
    for click in case.clicks:
        score, mask = _score_click(segment, case, click)
        scores.append(score)
        masks.append(mask)
        after_click()
    return CaseScores(
        name=case.lesion.name,
        group=case.lesion.group,
        diameter_mm=_diameter_mm(case),
        volume_ml=_volume_ml(case),
        clicks=tuple(scores),
        consistency=_consistency(case.clicks, masks),
    )


def _score_click(segment: Segment, case: Case, click: Voxel) -> tuple[ClickScore, CroppedMask]:
    voi_hu, reference = case.voi_hu(click), case.reference(click)
    start = time.perf_counter()
    answered = segment(voi_hu, case.lesion.spacing_mm)
    seconds = time.perf_counter() - start
    found = cropped(answered.mask)
    score = score_lesion(0, reference, found)
    return ClickScore(
        click_zyx=click,
        dice=score.dice,
        long_axis_sape=score.long_axis_error,
        short_axis_sape=score.short_axis_error,
        volume_ratio=found.n_voxels / reference.n_voxels,
        seconds=seconds,
        notes=score.notes,
        certainty=answered.certainty,
        evidence=answered.evidence,
    ), found


def _consistency(clicks: Sequence[Voxel], masks: Sequence[CroppedMask]) -> float | None:
    """Average the Dice of all pairs, as the challenge does: 0 for a pair with an empty mask.

    What lies at voxel p of the scan lies at p - click + centre in a VOI: b moves by the
    difference of the clicks. The challenge's shift in mm, divided by the spacing, is that too.
    """
    pairs = list(combinations(zip(clicks, masks, strict=True), 2))
    if not pairs:
        return None
    return fmean(_pair_dice(a, b) for a, b in pairs)


def _pair_dice(a: tuple[Voxel, CroppedMask], b: tuple[Voxel, CroppedMask]) -> float:
    (click_a, mask_a), (click_b, mask_b) = a, b
    if not mask_a.n_voxels or not mask_b.n_voxels:
        return 0.0
    z, y, x = (to - start for start, to in zip(click_a, click_b, strict=True))
    return moved_dice(mask_a, mask_b, move_zyx=(z, y, x))


def _diameter_mm(case: Case) -> float:
    axes = lesion_axes(cropped(case.lesion.mask))
    return axes.long.length_mm(case.lesion.spacing_mm) if axes else 0.0


def _volume_ml(case: Case) -> float:
    x, y, z = case.lesion.spacing_mm
    return int(np.count_nonzero(case.lesion.mask)) * x * y * z / 1000
