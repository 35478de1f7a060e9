"""What a comparison of annotators leaves on disk: masks, tables, and the list for review."""

import csv
import io
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from training.annotators.agreement import Mask
from training.annotators.lesion import Judged
from training.annotators.review import Review
from uls.images.written import write_image
from uls.workshop.atomic import write_file

__all__ = [
    "AGREEMENT",
    "MAJORITY",
    "PAIRS",
    "REVIEW",
    "STAPLE",
    "summary",
    "write_all",
    "write_masks",
]

MAJORITY, STAPLE = "majority", "staple"
AGREEMENT, PAIRS, REVIEW = "agreement.csv", "pairs.csv", "review.csv"

_AGREEMENT = (
    *("lesion", "annotators", "dice_mean", "dice_worst", "long_mm_shortest", "long_mm_longest"),
    *("volume_ml_smallest", "volume_ml_largest", "majority_ml", "majority_long_mm"),
    *("majority_short_mm", "majority_parts", "staple_ml", "majority_staple_dice"),
    *("staple_sensitivity", "staple_specificity"),
)


def write_masks(one: Judged, folder: Path) -> None:
    """Write a lesion's vote and estimate; an empty one, too, so that none is missed."""
    _write(one.voted, one.image, folder / MAJORITY / f"{one.name}.nii.gz")
    if one.staple is not None:
        _write(one.staple.mask, one.image, folder / STAPLE / f"{one.name}.nii.gz")


def _write(mask: Mask, like: sitk.Image, path: Path) -> None:
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.CopyInformation(like)
    write_image(image, path)


def write_all(judged: Sequence[Judged], listed: Sequence[Review], folder: Path) -> None:
    """Write the three tables.

    Raises:
        OutputError: a file cannot be written.
    """
    _table(folder / AGREEMENT, _AGREEMENT, (_agreement(one) for one in judged))
    pairs = ((one.name, p.a, p.b, _number(p.dice)) for one in judged for p in one.pairs)
    _table(folder / PAIRS, ("lesion", "a", "b", "dice"), pairs)
    rows = ((r.lesion, _number(r.worst_dice), "; ".join(r.reasons)) for r in listed)
    _table(folder / REVIEW, ("lesion", "dice_worst", "reasons"), rows)


def _agreement(one: Judged) -> tuple[str, ...]:
    long = [size.long_mm for size in one.sizes.values()]
    volumes = [size.volume_ml for size in one.sizes.values()]
    worst, estimate = one.worst, one.staple
    return (
        one.name,
        " ".join(one.sizes),
        _number(one.mean_dice),
        _number(worst.dice if worst else None),
        *map(_number, (min(long), max(long), min(volumes), max(volumes))),
        *map(_number, (one.voted_size.volume_ml, one.voted_size.long_mm, one.voted_size.short_mm)),
        f"{one.parts}",
        _number(one.staple_ml),
        _number(one.staple_dice),
        *(
            (
                " ".join(map(_number, estimate.sensitivity)),
                " ".join(map(_number, estimate.specificity)),
            )
            if estimate
            else ("", "")
        ),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _table(path: Path, headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    write_file(path, text.getvalue())


def summary(judged: Sequence[Judged], listed: Sequence[Review], n_lesions: int) -> str:
    """Say in a few lines how well they agree, each pair apart."""
    of_pairs: dict[tuple[str, str], list[float]] = {}
    for one in judged:
        for pair in one.pairs:
            if pair.dice is not None:
                of_pairs.setdefault((pair.a, pair.b), []).append(pair.dice)
    lines = [
        f"{a} and {b}: Dice {_mean_sd(dice)} of {len(dice)} lesions"
        for (a, b), dice in sorted(of_pairs.items())
    ]
    beside = [one.staple_dice for one in judged if one.staple_dice is not None]
    if beside:
        lines.append(f"vote and STAPLE: Dice {_mean_sd(beside)} of {len(beside)} lesions")
    lines.append(f"{len(judged)} of {n_lesions} lesions voted on, {len(listed)} to look at again")
    return "\n".join(lines)


def _mean_sd(values: Sequence[float]) -> str:
    sd = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.3f}{sd}"
