"""One call of `segment`, top to bottom.

A scan that cannot be used, and a click outside it, are refused by the header alone. Then voxels and
model are loaded side by side.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from clinic.command_options import Segment
from clinic.contours.read_targets import read_targets
from clinic.lesions.lesion import Lesion
from clinic.lesions.targets import Target, on_grid
from clinic.many.cases import read_cases, segment_cases
from clinic.output.output_folder import output_folder
from clinic.output.write import check_format, write_results
from clinic.reading.read import read_scan
from clinic.scans.scan import Place, Scan
from clinic.segmentation import model as models
from clinic.segmentation.model import LoadedModel
from clinic.segmentation.session import Session

__all__ = ["run_cases", "run_scan"]

_log = logging.getLogger(__name__)


def run_scan(path: Path, targets: Sequence[Target], settings: Segment) -> None:
    """Segment the lesions of one scan, and write all results; or none.

    Raises:
        UserError: scan, model, a place or the output cannot be used.
    """
    kind = settings.wanted_format
    with ThreadPoolExecutor(1, "model") as loader:
        loading: list[Future[LoadedModel]] = []
        pointed = list(targets)

        def check_and_load(place: Place) -> None:
            check_format(place.format, kind)
            pointed.extend(_of_files(settings, place))
            for target in pointed:
                on_grid(target, place.grid)
            loading.append(loader.submit(models.load, settings.model, settings.engine))

        scan = read_scan(
            path,
            series=settings.series,
            longest_run=settings.longest_run,
            when_checked=check_and_load,
        )
        model = loading[0].result()
    lesions = _segmented(scan, pointed, model)
    with output_folder(settings.output, overwrite=settings.overwrite) as beside:
        write_results(scan, lesions, model, beside, check_format(scan.format, kind))


def run_cases(table: Path, settings: Segment) -> None:
    """Segment the lesions of a table of cases, see `clinic.many.cases`."""
    segment_cases(
        read_cases(table, settings.mm),
        models.load(settings.model, settings.engine),
        settings.output,
        kind=settings.wanted_format,
        overwrite=settings.overwrite,
    )


def _of_files(settings: Segment, place: Place) -> list[Target]:
    """Read the files of clicks; their lesions come after those of the command line."""
    return [
        target
        for path in settings.clicks_files
        for target in read_targets(path, place, units=settings.mm, wanted=settings.rois)
    ]


def _segmented(scan: Scan, targets: Sequence[Target], model: LoadedModel) -> list[Lesion]:
    session = Session(scan, model=model)
    for number, target in enumerate(targets, 1):
        lesion = session.add(target)
        _log.info("Lesion %d of %d: %s", number, len(targets), _figures(lesion))
        for warning in lesion.warnings:
            _log.warning("Lesion %d: %s", number, warning)
    return session.lesions


def _figures(lesion: Lesion) -> str:
    measured = lesion.measurements
    if measured is None:
        return "no mask"
    long, short = measured.long_axis.length_mm, measured.short_axis.length_mm
    return f"{long:.1f} x {short:.1f} mm, {measured.volume_ml:.2f} ml"
