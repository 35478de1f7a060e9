"""A scan and a model that stay loaded: click after click without paying the start again."""

from collections.abc import Sequence
from pathlib import Path

from clinic.lesions.lesion import Lesion
from clinic.lesions.targets import Target, Units, on_grid
from clinic.reading.read import read_scan
from clinic.scans.scan import Scan
from clinic.segmentation import model as models
from clinic.segmentation.model import LoadedModel
from clinic.segmentation.overlaps import with_overlaps
from clinic.segmentation.segmenting import Prediction, lesion_at, predict
from uls.workshop.errors import CallError

__all__ = ["Session", "segment"]


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
        self._predictions: list[Prediction] = []

    def segment(
        self,
        click: Sequence[float] | None = None,
        *,
        box: tuple[Sequence[float], Sequence[float]] | None = None,
        mm: Units = None,
        name: str = "",
    ) -> Lesion:
        """Segment the lesion at a click, or in a box, or both.

        Args:
            click: (x, y, z).
            box: two opposite corners, (x, y, z) each; in voxels the far one is beyond the box.
            mm: None for voxels of the scan as it is stored, counted from 0; else `LPS` or `RAS`.
            name: of the lesion; by default its number.

        Raises:
            CallError: neither click nor box, or a box for a model that takes none.
            InputError: the place is outside the scan, or in air.
        """
        corners = None if box is None else (_point(box[0]), _point(box[1]))
        at = None if click is None else _point(click)
        return self.add(Target(name or str(len(self.lesions) + 1), at, corners, mm))

    def add(self, target: Target) -> Lesion:
        """Segment the lesion at a target."""
        prediction = predict(self.scan, on_grid(target, self.scan.grid), self.model.predictor)
        lesion = with_overlaps(lesion_at(self.scan, prediction), self.lesions)
        self._predictions.append(prediction)
        self.lesions.append(lesion)
        return lesion

    def change_threshold(self, threshold: float, index: int = -1) -> Lesion:
        """Grow (below 0) or shrink (above 0) a lesion, by default the last, without a new look."""
        index %= len(self.lesions)
        lesion = lesion_at(self.scan, self._predictions[index], threshold=threshold)
        self.lesions[index] = with_overlaps(lesion, self.lesions[:index])
        return self.lesions[index]

    def undo(self) -> None:
        """Take the last lesion back; harmless where there is none."""
        del self.lesions[-1:], self._predictions[-1:]


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
