"""The scores of one lesion: Dice, and the errors of its long and short axis."""

from dataclasses import dataclass

from evaluation.results.lesion_sections import OffCentre, SurfaceScore
from evaluation.scoring.off_centre import off_centre
from evaluation.scoring.surface import surface_score
from uls.geometry.axes import LesionAxes, lesion_axes
from uls.geometry.cropped import CroppedMask
from uls.geometry.overlap import dice
from uls.geometry.voi import CLICK_ZYX, Spacing

__all__ = ["WORST_DICE", "WORST_SAPE", "LesionScore", "Measured", "score_lesion"]

WORST_DICE = 0.0
WORST_SAPE = 1.0


@dataclass(frozen=True)
class Measured:
    """What one mask of a lesion measures: its voxels and its axes (None for an empty mask)."""

    n_voxels: int
    axes: LesionAxes | None

    @property
    def long_axis(self) -> float:
        """Length of the long axis in voxels, 0 for an empty mask."""
        return self.axes.long.length if self.axes else 0.0

    @property
    def short_axis(self) -> float:
        """Length of the short axis in voxels, 0 for an empty mask."""
        return self.axes.short.length if self.axes else 0.0


@dataclass(frozen=True)
class LesionScore:
    """How well one lesion was segmented; `prediction` is None where there was none to score."""

    voi: int
    dice: float
    long_axis_error: float
    short_axis_error: float
    reference: Measured
    prediction: Measured | None
    notes: tuple[str, ...] = ()
    off_centre: OffCentre | None = None
    surface: SurfaceScore | None = None


def score_lesion(
    voi: int,
    reference: CroppedMask,
    prediction: CroppedMask | None,
    *,
    surface_spacing_mm: Spacing | None = None,
) -> LesionScore:
    """Score one VOI; without a prediction it gets the worst scores there are.

    Args:
        voi: the VOI's index in its stack.
        reference: its reference mask.
        prediction: its predicted mask.
        surface_spacing_mm: along (x, y, z), to work out surface distances too.
    """
    expected = _measure(reference)
    if prediction is None:
        worst = (WORST_DICE, WORST_SAPE, WORST_SAPE)
        return LesionScore(voi, *worst, expected, None, ("no usable prediction: worst score",))
    found = _measure(prediction)
    return LesionScore(
        voi=voi,
        dice=dice(reference, prediction),
        long_axis_error=sape(expected.long_axis, found.long_axis),
        short_axis_error=sape(expected.short_axis, found.short_axis),
        reference=expected,
        prediction=found,
        notes=_notes(reference, prediction),
        off_centre=off_centre(prediction),
        surface=(
            surface_score(reference, prediction, spacing_mm=surface_spacing_mm)
            if surface_spacing_mm
            else None
        ),
    )


def sape(expected: float, found: float) -> float:
    """Symmetric absolute percentage error |a−b| / (|a|+|b|), a fraction; 0 when both are 0."""
    total = abs(expected) + abs(found)
    return abs(expected - found) / total if total else 0.0


def _measure(mask: CroppedMask) -> Measured:
    return Measured(mask.n_voxels, lesion_axes(mask))


def _notes(reference: CroppedMask, prediction: CroppedMask) -> tuple[str, ...]:
    notes = []
    if not reference.n_voxels:
        notes.append("empty reference")
    if not prediction.n_voxels:
        notes.append("empty prediction")
    elif not prediction.holds(CLICK_ZYX):
        notes.append("prediction misses the click")
    return tuple(notes)
