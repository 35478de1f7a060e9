"""A lesion while a person works on it: a prediction, a threshold, and corrections in order."""

from dataclasses import dataclass, replace

from clinic.lesions.lesion import Lesion
from clinic.lesions.measurements import measure
from clinic.scans.grid import Voxel
from clinic.scans.scan import Scan
from clinic.segmentation.edits import Painted, painted, union, without
from clinic.segmentation.predicting import Prediction, clicked_lesion
from clinic.segmentation.segmenting import lesion_at, warnings_of
from uls.geometry.cropped import CroppedMask

__all__ = ["Draft", "Edit", "Excluded", "Included", "Painted"]


@dataclass(frozen=True, eq=False)
class Included:
    """A click inside: what the model sees at this place belongs to the lesion, too."""

    prediction: Prediction


@dataclass(frozen=True)
class Excluded:
    """A click outside: what lies nearer to it than to any click inside is taken away."""

    place_zyx: Voxel


Edit = Included | Excluded | Painted


@dataclass(frozen=True, eq=False)
class Draft:
    """What a lesion is made of.

    Attributes:
        prediction: of the first click or box.
        threshold: logit above which voxels are the lesion's.
        edits: in the order in which they were made.
    """

    prediction: Prediction
    threshold: float = 0.0
    edits: tuple[Edit, ...] = ()

    def edited(self, edit: Edit) -> "Draft":
        """Give the draft with one more correction."""
        return replace(self, edits=(*self.edits, edit))

    def lesion(self, scan: Scan) -> Lesion:
        """Compute the lesion: mask, measurements, and what to look at twice."""
        found = lesion_at(scan, self.prediction, threshold=self.threshold)
        if not self.edits:
            return found
        mask = self._corrected(scan, found.mask)
        measured = measure(mask, scan.hu, scan.grid)
        kept = clicked_lesion(self.prediction, self.threshold)
        n = len(self.edits)
        by_hand = f"corrected by hand in {n} step{'s' * (n > 1)}"
        warnings = (*warnings_of(scan, self.prediction, kept, measured), by_hand)
        stability = found.stability if measured else None
        return replace(
            found, mask=mask, measurements=measured, warnings=warnings, stability=stability
        )

    def _corrected(self, scan: Scan, mask: CroppedMask) -> CroppedMask:
        inside = [_zyx(self.prediction)]
        for edit in self.edits:
            if isinstance(edit, Included):
                more = lesion_at(scan, edit.prediction, threshold=self.threshold).mask
                mask, inside = union(mask, more), [*inside, _zyx(edit.prediction)]
            elif isinstance(edit, Excluded):
                mask = without(mask, edit.place_zyx, inside, scan.grid.spacing_mm[::-1])
            else:
                mask = painted(mask, edit, scan.grid.spacing_mm[::-1])
        return mask


def _zyx(prediction: Prediction) -> Voxel:
    x, y, z = prediction.target.click_xyz
    return z, y, x
