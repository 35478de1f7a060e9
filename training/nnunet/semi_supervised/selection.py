"""Which predicted masks are good enough to train on: their axes agree with the measurement."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

from training.nnunet.preprocessing.parallel import mapped
from training.nnunet.semi_supervised.measurements import Measured, read_measurements
from training.nnunet.semi_supervised.recipe import TOLERANCE_PX
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import cropped
from uls.images.scan_reading import read_image
from uls.images.voxels import label_array
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed

__all__ = ["Judged", "judge", "select", "selected", "table"]

_log = logging.getLogger(__name__)

_MASK = ".nii.gz"


@dataclass(frozen=True)
class Judged:
    """A predicted mask beside what was measured; lengths in pixels."""

    case: str
    measured_long_px: float
    measured_short_px: float
    predicted_long_px: float
    predicted_short_px: float
    kept: bool

    @classmethod
    def of(
        cls, case: str, measured: Measured, predicted: Measured, tolerance_px: float
    ) -> "Judged":
        """Judge a mask; an empty one, whose axes are 0, is never kept."""
        errors = (
            abs(predicted.long_px - measured.long_px),
            abs(predicted.short_px - measured.short_px),
        )
        kept = predicted.long_px > 0 and max(errors) <= tolerance_px
        return cls(
            case,
            measured.long_px,
            measured.short_px,
            predicted.long_px,
            predicted.short_px,
            kept,
        )


def select(
    masks: Path, measurements: Path, table_file: Path, *, tolerance_px: float, processes: int
) -> list[str]:
    """Compare predicted masks with measurements, write a table of it, and list those to keep."""
    judged = judge(
        masks, read_measurements(measurements), tolerance_px=tolerance_px, processes=processes
    )
    table_file.parent.mkdir(parents=True, exist_ok=True)
    table_file.write_text(table(judged), encoding="utf-8")
    kept = selected(judged)
    _log.info("Pseudo-masks: kept %d of %d", len(kept), len(judged))
    return kept


def judge(
    masks: Path,
    measurements: Mapping[str, Measured],
    *,
    tolerance_px: float = TOLERANCE_PX,
    processes: int = 1,
) -> list[Judged]:
    """Judge the masks of all cases that were measured.

    Args:
        masks: a folder of `<case>.nii.gz`.
        measurements: by case.
        tolerance_px: by how much each axis may be off.
        processes: how many work at it.

    Raises:
        InputError: a mask was not measured, or cannot be read.
    """
    cases = [path.name[: -len(_MASK)] for path in listed(masks, (_MASK,))]
    if unknown := [case for case in cases if case not in measurements]:
        raise InputError.about(
            masks, expected="a measurement for every mask", found=f"none for {unknown[0]}"
        )
    axes = mapped(partial(_axes, masks), cases, processes=processes, about="Measuring")
    return [
        Judged.of(case, measurements[case], predicted, tolerance_px)
        for case, predicted in zip(cases, axes, strict=True)
    ]


def selected(judged: Sequence[Judged]) -> list[str]:
    """Give the cases that are kept."""
    return [one.case for one in judged if one.kept]


def table(judged: Sequence[Judged]) -> str:
    """Write all that were judged as CSV, those that were dropped too."""
    names = [one.name for one in fields(Judged)]
    lines = [",".join(names)]
    lines += [",".join(_cell(getattr(one, name)) for name in names) for one in judged]
    return "\n".join(lines) + "\n"


def _axes(masks: Path, case: str) -> Measured:
    path = masks / f"{case}{_MASK}"
    axes = lesion_axes(cropped(label_array(read_image(path), path)))
    return Measured(axes.long.length, axes.short.length) if axes else Measured(0.0, 0.0)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value).lower() if isinstance(value, bool) else str(value)
