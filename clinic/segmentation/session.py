"""A scan and a model that stay loaded: click after click without paying the start again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from clinic.lesions.identity import check_uid
from clinic.lesions.lesion import Lesion
from clinic.lesions.targets import Target, Units, on_grid
from clinic.reading.read import read_scan
from clinic.scans.scan import Scan
from clinic.segmentation import model as models
from clinic.segmentation.draft import Draft, Excluded, Included, Painted
from clinic.segmentation.model import LoadedModel
from clinic.segmentation.overlaps import with_overlaps
from clinic.segmentation.predicting import Prediction, predict
from uls.workshop.errors import CallError

__all__ = ["Session", "segment"]

_MOST_STEPS = 100
"""That can be undone."""


class Session:
    """One scan and one model; lesions are segmented one after the other.

    Args:
        scan: a scan, or the file or folder that it is read from.
        model: a model, the folder of one, or None for the built-in one.
        series: of a DICOM study, which series, see `clinic.reading.read.read_scan`.

    Raises:
        UserError: the scan or the model cannot be used.
    """

    def __init__(
        self,
        scan: Scan | Path | str,
        *,
        model: LoadedModel | Path | str | None = None,
        series: str | int | None = None,
    ) -> None:
        wanted = None if series is None else str(series)
        self.scan = scan if isinstance(scan, Scan) else read_scan(Path(scan), series=wanted)
        if not isinstance(model, LoadedModel):
            model = models.load(None if model is None else Path(model))
        self.model = model
        self.lesions: list[Lesion] = []
        self._drafts: list[Draft] = []
        self._before: list[tuple[list[Lesion], list[Draft]]] = []

    def segment(
        self,
        click: Sequence[float] | None = None,
        *,
        box: tuple[Sequence[float], Sequence[float]] | None = None,
        mm: Units = None,
        name: str = "",
        tracking_uid: str = "",
    ) -> Lesion:
        """Segment the lesion at a click, or in a box, or both.

        Args:
            click: (x, y, z).
            box: two opposite corners, (x, y, z) each; in voxels the far one is beyond the box.
            mm: None for voxels of the scan as it is stored, counted from 0; else `LPS` or `RAS`.
            name: of the lesion; by default its number.
            tracking_uid: of the earlier lesion that it continues, if it does.

        Raises:
            CallError: neither click nor box, or a box for a model that takes none.
            InputError: the place is outside the scan, or in air.
        """
        corners = None if box is None else (_point(box[0]), _point(box[1]))
        at = None if click is None else _point(click)
        uid = tracking_uid and check_uid(tracking_uid, "tracking_uid")
        return self.add(Target(name or str(len(self.lesions) + 1), at, corners, mm, uid))

    def add(self, target: Target) -> Lesion:
        """Segment the lesion at a target."""
        return self._put(len(self.lesions), Draft(self._predicted(target)))

    def change_threshold(self, threshold: float, index: int = -1) -> Lesion:
        """Grow (below 0) or shrink (above 0) a lesion, by default the last, without a new look."""
        index = self._index(index)
        return self._put(index, replace(self._drafts[index], threshold=threshold))

    def include(self, click: Sequence[float], index: int = -1) -> Lesion:
        """Add what the model sees at a place to a lesion, by default the last: a click inside."""
        index = self._index(index)
        prediction = self._predicted(Target(self.lesions[index].name, _point(click)))
        return self._put(index, self._drafts[index].edited(Included(prediction)))

    def exclude(self, click: Sequence[float], index: int = -1) -> Lesion:
        """Take away what lies nearer to a place than to the clicks inside: a click outside.

        Raises:
            InputError: the place is not in the mask.
        """
        index = self._index(index)
        x, y, z = on_grid(Target(self.lesions[index].name, _point(click)), self.scan.grid).click_xyz
        return self._put(index, self._drafts[index].edited(Excluded((z, y, x))))

    def paint(self, stroke: Painted, index: int = -1) -> Lesion:
        """Add or erase a stroke of the brush, in a lesion that is by default the last."""
        index = self._index(index)
        return self._put(index, self._drafts[index].edited(stroke))

    def threshold(self, index: int = -1) -> float:
        """Give the logit above which voxels are a lesion's."""
        return self._drafts[self._index(index)].threshold

    def remove(self, index: int = -1) -> None:
        """Take a lesion away; `undo` brings it back."""
        index = self._index(index)
        self._remember()
        del self.lesions[index], self._drafts[index]

    def undo(self) -> None:
        """Take the last step back, whatever it was; harmless where there is none."""
        if self._before:
            self.lesions[:], self._drafts[:] = self._before.pop()

    def _index(self, index: int) -> int:
        if not -len(self.lesions) <= index < len(self.lesions):
            raise CallError.about(
                "lesion", expected=f"one of {len(self.lesions)}", found=f"number {index + 1}"
            )
        return index % len(self.lesions)

    def _predicted(self, target: Target) -> Prediction:
        return predict(self.scan, on_grid(target, self.scan.grid), self.model.predictor)

    def _put(self, index: int, draft: Draft) -> Lesion:
        """Compute a lesion and keep it; where that fails nothing has changed."""
        lesion = with_overlaps(draft.lesion(self.scan), self.lesions[:index])
        self._remember()
        self.lesions[index : index + 1] = [lesion]
        self._drafts[index : index + 1] = [draft]
        return lesion

    def _remember(self) -> None:
        self._before.append((list(self.lesions), list(self._drafts)))
        del self._before[:-_MOST_STEPS]


def segment(
    scan: Scan | Path | str,
    click: Sequence[float] | None = None,
    *,
    click_mm: Sequence[float] | None = None,
    box: tuple[Sequence[float], Sequence[float]] | None = None,
    axes: Units = "LPS",
    model: LoadedModel | Path | str | None = None,
    series: str | int | None = None,
) -> Lesion:
    """Segment one lesion of a scan: mask, measurements, warnings.

    Args:
        scan: a scan, or the file or folder that it is read from.
        click: the clicked voxel (x, y, z), counted from 0.
        click_mm: the clicked place in mm instead.
        box: two opposite corners around the lesion, in the units of the click.
        axes: of `click_mm`: `LPS` (DICOM, SimpleITK) or `RAS` (NIfTI, 3D Slicer's display).
        model: a model, the folder of one, or None for the built-in one.
        series: of a DICOM study, which series.

    Raises:
        UserError: the scan, the model or the place cannot be used.
    """
    if click is not None and click_mm is not None:
        raise CallError.about("segment", expected="click or click_mm", found="both")
    session = Session(scan, model=model, series=series)
    if click_mm is not None:
        return session.segment(click_mm, box=box, mm=axes)
    return session.segment(click, box=box)


def _point(numbers: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = (float(number) for number in numbers)
    return x, y, z
