"""How long each case's lesion is, kept beside the preprocessed cases for over-sampling."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.jobs.stages import write_json
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import cropped
from uls.geometry.voi import Spacing

__all__ = ["long_axis_mm", "read_long_axes_mm", "write_long_axis_mm"]


def long_axis_mm(lesion: npt.NDArray[np.bool_], spacing_mm: Spacing) -> float:
    """Measure a lesion's long axis in mm; 0 for an empty mask.

    Args:
        lesion: (z, y, x).
        spacing_mm: along (x, y, z).
    """
    axes = lesion_axes(cropped(lesion))
    return 0.0 if axes is None else axes.long.length_mm(spacing_mm)


def write_long_axis_mm(cases: Path, case: str, length_mm: float) -> None:
    """Note a case's length, beside the folder that holds the preprocessed cases."""
    write_json(_folder(cases) / f"{case}.json", {"long_axis_mm": round(length_mm, 3)})


def read_long_axes_mm(cases: Path) -> dict[str, float]:
    """Read the lengths of all cases of a preprocessed folder."""
    return {
        path.stem: float(json.loads(path.read_bytes())["long_axis_mm"])
        for path in _folder(cases).glob("[!.]*.json")
    }


def _folder(cases: Path) -> Path:
    return cases.with_name(f"{cases.name}_lesions")
