"""What a study holds: its series, each usable or why not. Nothing of the patient is shown."""

from collections.abc import Iterable
from pathlib import Path

from clinic.dicom.read import study_series
from clinic.dicom.series import Series
from clinic.reading.image_file import format_of, read_image_file

__all__ = ["look"]


def look(path: Path, *, descriptions: bool = False) -> list[str]:
    """Describe a study, or a scan of one file, in lines of text.

    Args:
        path: as for `clinic.reading.read.read_scan`.
        descriptions: show also what the series are called and their UIDs, which may identify the
            patient.

    Raises:
        InputError: there is no such study, or it is of several patients.
    """
    if path.is_file() and (kind := format_of(path)) is not None:
        scan = read_image_file(path)
        return [f"usable: {kind}, {_size(scan.grid.shape_zyx, scan.grid.spacing_mm)}"]
    return list(_lines(study_series(path), descriptions=descriptions))


def _lines(found: Iterable[Series], *, descriptions: bool) -> Iterable[str]:
    for series in found:
        phase = f", {series.phase}" if series.phase else ""
        yield f"{series.number}: {series.modality}{phase}, {_what(series)}"
        if series.stacked is not None:
            grid = series.stacked.grid
            yield f"   usable: {_size(grid.shape_zyx, grid.spacing_mm)}"
        else:
            yield f"   not usable: {series.problem}"
        if series.even_run is not None:
            n = len(series.even_run.headers)
            yield f"   with --longest-run: {n} of {len(series.headers)} slices"
        yield from (f"   note: {warning}" for warning in series.warnings)
        if descriptions:
            yield f"   {series.headers[0].text('SeriesDescription')!r}, UID {series.uid!r}"


def _what(series: Series) -> str:
    n = len(series.headers)
    return f"{n} file{'s' * (n != 1)}"


def _size(shape_zyx: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> str:
    z, y, x = shape_zyx
    right, down, step = spacing_mm
    return f"{x} × {y} × {z} voxels of {right:.3g} × {down:.3g} × {step:.3g} mm (x, y, z)"
