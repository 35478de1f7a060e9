"""What a person should look at again, and why; the least agreement first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from training.annotators.lesion import Judged
from uls.workshop.options import Option, Settings

__all__ = ["Limits", "Review", "reviews"]


class Limits(Settings):
    """From where on masks differ so much that a person should look."""

    dice: Annotated[
        float,
        Option("--dice", min=0, max=1, help="Look again where a pair's Dice is under this."),
    ] = 0.7
    axis_percent: Annotated[
        float,
        Option(
            "--axis",
            min=0,
            help="Look again where the long axes differ by more than this percent of the longest.",
        ),
    ] = 20.0


@dataclass(frozen=True)
class Review:
    """A lesion to look at again.

    Attributes:
        lesion: its name.
        worst_dice: of its pairs; None where no pair was compared.
        reasons: what differs.
    """

    lesion: str
    worst_dice: float | None
    reasons: tuple[str, ...]


def reviews(
    judged: Sequence[Judged],
    masks: Mapping[str, Mapping[str, Path]],
    annotators: Sequence[str],
    limits: Limits,
) -> list[Review]:
    """List the lesions to look at again; those that were not compared at all come first."""
    by_name = {one.name: one for one in judged}
    listed = []
    for name, files in masks.items():
        one = by_name.get(name)
        missing = [annotator for annotator in annotators if annotator not in files]
        reasons = [f"no mask by {', '.join(missing)}"] if missing else []
        reasons += _reasons(one, limits) if one else []
        worst = one.worst if one else None
        if reasons:
            listed.append(Review(name, worst.dice if worst else None, tuple(reasons)))
    return sorted(listed, key=lambda r: (-1.0 if r.worst_dice is None else r.worst_dice, r.lesion))


def _reasons(one: Judged, limits: Limits) -> Iterator[str]:
    empty = [name for name, size in one.sizes.items() if not size.volume_ml]
    if empty:
        yield f"nothing drawn by {', '.join(empty)}"
    for pair in one.pairs:
        if pair.dice is not None and pair.dice < limits.dice:
            yield f"Dice {pair.dice:.2f} of {pair.a} and {pair.b}"
    long = {name: size.long_mm for name, size in one.sizes.items() if size.volume_ml}
    if long and max(long.values()) > 0:
        shortest, longest = min(long, key=long.__getitem__), max(long, key=long.__getitem__)
        if 100 * (1 - long[shortest] / long[longest]) > limits.axis_percent:
            yield (
                f"long axis {long[shortest]:.1f} mm by {shortest}, {long[longest]:.1f} mm by "
                f"{longest}"
            )
    if not one.voted_size.volume_ml:
        yield "no voxel has a majority"
    if one.parts > 1:
        yield f"the vote is in {one.parts} parts"
