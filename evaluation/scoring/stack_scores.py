"""All scores of one stack, in one pass over its reference and its prediction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evaluation.scoring.consistency import ClicksScore, score_clicks
from evaluation.scoring.lesion_scores import LesionScore, score_lesion
from evaluation.scoring.reading import read_pair
from evaluation.scoring.stack_pair import StackPair
from uls.geometry.cropped import PackedMask
from uls.images.mask_reading import VoiMask
from uls.workshop.numbers import exactly
from uls.workshop.progress import progress

__all__ = ["StackScores", "score_stack"]


@dataclass(frozen=True)
class StackScores:
    """What one stack's lesions and clicks score, in the order of the ground truth."""

    pair: StackPair
    lesions: tuple[LesionScore, ...]
    clicks: tuple[ClicksScore, ...]
    warnings: tuple[str, ...]


def score_stack(pair: StackPair, *, surface: bool = False) -> StackScores:
    """Score one stack; of its masks only those that clicks compare are kept, at a bit a voxel.

    Raises:
        InputError: the reference is damaged.
        UnusablePredictionError: the prediction is.
    """
    stack = pair.reference
    single = set(stack.lesions)
    multi = {voi for pairs in stack.clicks for click in pairs for voi in (click.a, click.b)}
    lesions: dict[int, LesionScore] = {}
    kept: dict[int, PackedMask] = {}
    oddities = _Oddities(pair)
    for voi, (reference, prediction) in enumerate(_progress(pair)):
        oddities.note(voi, reference, prediction)
        predicted = prediction.mask if prediction else None
        if voi in single:
            spacing_mm = stack.spacings_mm[voi] if surface else None
            lesions[voi] = score_lesion(
                voi, reference.mask, predicted, surface_spacing_mm=spacing_mm
            )
        if predicted is not None and voi in multi:
            kept[voi] = predicted.packed()
    return StackScores(
        pair=pair,
        lesions=tuple(lesions[voi] for voi in stack.lesions),
        clicks=score_clicks(stack, kept),
        warnings=(*pair.warnings, *oddities.warnings()),
    )


def _progress(pair: StackPair) -> Iterator[tuple[VoiMask, VoiMask | None]]:
    """Read the pair, and show how far it is read."""
    header = pair.reference.header
    return progress(read_pair(pair), header.name, total=header.n_vois, unit="VOI")


class _Oddities:
    """The first value other than 0 and 1 in each file, to be told once."""

    def __init__(self, pair: StackPair) -> None:
        self._pair = pair
        self._seen: dict[str, str] = {}

    def note(self, voi: int, reference: VoiMask, prediction: VoiMask | None) -> None:
        self._note(str(self._pair.reference.header.path), voi, reference)
        if prediction is not None and self._pair.prediction is not None:
            self._note(self._pair.about_job(str(self._pair.prediction.path)), voi, prediction)

    def _note(self, file: str, voi: int, read: VoiMask) -> None:
        if read.odd_value is not None:
            self._seen.setdefault(file, f"VOI {voi} holds {exactly(read.odd_value)}")

    def warnings(self) -> Iterable[str]:
        return (
            f"{file}: expected values 0 and 1, but {what}; every nonzero voxel counts as lesion"
            for file, what in self._seen.items()
        )
