"""Selectivity: the clicked one of several lesions is asked for, not all that look like it.

Each lesion is scored three times: among the others against itself, among the others against all of
them, and alone in the same scan. Healthy tissue is clicked, too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.data.cases.click_choice import Voxel
from training.starter.evaluate.scores import Answered, Segment
from training.starter.evaluate.several import SeveralLesions, draw_several
from uls.geometry.cropped import cropped
from uls.geometry.overlap import dice
from uls.geometry.voi import Spacing, cut_voi
from uls.workshop.progress import progress

__all__ = ["HealthyScore", "SelectedScore", "score_several", "select"]

Mask = npt.NDArray[np.bool_]
Hu = npt.NDArray[np.int16]


@dataclass(frozen=True)
class SelectedScore:
    """One lesion among several.

    Attributes:
        name: of scan and lesion.
        touching: whether lesions touch in this scan.
        dice: against the clicked lesion.
        dice_all: against all lesions of the VOI.
        dice_alone: against the lesion in a scan where it is alone.
        in_others: share of what was drawn that lies in other lesions.
    """

    name: str
    touching: bool
    dice: float
    dice_all: float
    dice_alone: float
    in_others: float


@dataclass(frozen=True)
class HealthyScore:
    """A click on no lesion.

    Attributes:
        name: of scan and click.
        drawn_ml: what was drawn all the same.
        certainty: the Dice that the method expected of it; None where it does not say.
    """

    name: str
    drawn_ml: float
    certainty: float | None = None


def select(
    segment: Segment, count: int
) -> tuple[tuple[SelectedScore, ...], tuple[HealthyScore, ...]]:
    """Click the lesions and the healthy tissue of some scans.

    Args:
        segment: what is scored.
        count: of scans.
    """
    selected, healthy = list[SelectedScore](), list[HealthyScore]()
    for index in progress(range(count), "Several lesions", total=count, unit="scan"):
        of_lesions, of_none = score_several(segment, draw_several(index))
        selected.extend(of_lesions)
        healthy.extend(of_none)
    return tuple(selected), tuple(healthy)


def score_several(
    segment: Segment, scan: SeveralLesions, *, after_click: Callable[[], Any] = lambda: None
) -> tuple[list[SelectedScore], list[HealthyScore]]:
    """Click each lesion of a scan, alone and among the others, and healthy tissue."""
    selected = []
    everything = np.any(scan.masks, axis=0)
    for number, (mask, click, alone_hu) in enumerate(
        zip(scan.masks, scan.clicks, scan.alone_hu, strict=True)
    ):
        drawn = _segmented(segment, scan.scan_hu, click, scan.spacing_mm).mask
        alone = _segmented(segment, alone_hu, click, scan.spacing_mm).mask
        own, all_of_them = (cut_voi(one, click, fill=0) for one in (mask, everything))
        others = all_of_them & ~own
        selected.append(
            SelectedScore(
                name=f"{scan.name}-{number}",
                touching=scan.touching,
                dice=_dice(drawn, own),
                dice_all=_dice(drawn, all_of_them),
                dice_alone=_dice(alone, own),
                in_others=int(np.count_nonzero(drawn & others)) / max(int(np.sum(drawn)), 1),
            )
        )
        after_click()
    x, y, z = scan.spacing_mm
    healthy = []
    for number, click in enumerate(scan.healthy):
        found = _segmented(segment, scan.scan_hu, click, scan.spacing_mm)
        drawn_ml = int(np.count_nonzero(found.mask)) * x * y * z / 1000
        healthy.append(HealthyScore(f"{scan.name}-h{number}", drawn_ml, found.certainty))
        after_click()
    return selected, healthy


def _segmented(segment: Segment, scan_hu: Hu, click: Voxel, spacing_mm: Spacing) -> Answered:
    voi = cut_voi(scan_hu, click, fill=float(scan_hu.min()) - 1)
    return segment(voi, spacing_mm)


def _dice(one: Mask, other: Mask) -> float:
    return dice(cropped(one), cropped(other))
