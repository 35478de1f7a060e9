"""What a bootstrap of a submission draws: patients where they are known, else lesions.

One patient's lesions are alike. A unit comes with its lesions and its repeated clicks, so that Dice
and consistency vary together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation.results.metrics import Clicks, Lesion
from uls.statistics.bootstrap import Integers

__all__ = ["Units", "units_of"]


@dataclass(frozen=True, eq=False)
class Units:
    """What is drawn: for every lesion and every lesion with several clicks, its unit's number."""

    unit: Literal["patient", "lesion"]
    count: int
    of_lesions: Integers
    of_clicks: Integers


def units_of(lesions: Sequence[Lesion], clicks: Sequence[Clicks]) -> Units:
    """Find the units: patients if any lesion has one, else lesions.

    Repeated clicks belong to their patient, else to the lesion scored on one of their VOIs; where
    neither is known they are a unit of their own.
    """
    of_voi = {(lesion.stack, lesion.voi): _unit(lesion) for lesion in lesions}
    keys: list[object] = [_unit(lesion) for lesion in lesions]
    keys += [_unit_of_clicks(entry, of_voi, index) for index, entry in enumerate(clicks)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    numbered = np.array([numbers[key] for key in keys], dtype=np.intp)
    by_patient = any(lesion.patient is not None for lesion in lesions)
    return Units(
        unit="patient" if by_patient else "lesion",
        count=len(numbers),
        of_lesions=numbered[: len(lesions)],
        of_clicks=numbered[len(lesions) :],
    )


def _unit(lesion: Lesion) -> object:
    if lesion.patient is not None:
        return "patient", lesion.patient
    return "lesion", lesion.stack, lesion.voi


def _unit_of_clicks(clicks: Clicks, of_voi: dict[tuple[str, int], object], index: int) -> object:
    if clicks.patient is not None:
        return "patient", clicks.patient
    vois = [voi for pair in clicks.pairs for voi in (pair.a, pair.b)]
    known = [of_voi[clicks.stack, voi] for voi in vois if (clicks.stack, voi) in of_voi]
    return known[0] if known else ("clicks", index)
