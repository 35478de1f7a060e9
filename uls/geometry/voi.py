"""The volume of interest (VOI): its shape, where its click lies, how one is cut from a scan."""

from typing import Any

import numpy as np
import numpy.typing as npt

from uls.workshop.errors import InputError

__all__ = [
    "CLICK_ZYX",
    "SPACING_LIMITS_MM",
    "VOI_SHAPE_ZYX",
    "VOI_SLICES",
    "Spacing",
    "cut_voi",
    "is_plausible_spacing",
]

VOI_SHAPE_ZYX = (128, 256, 256)
"""Voxels of a VOI along (z, y, x), the same for every lesion of the challenge."""

VOI_SLICES = VOI_SHAPE_ZYX[0]

CLICK_ZYX = (64, 128, 128)
"""The clicked voxel, (z, y, x): always the VOI's centre."""

Spacing = tuple[float, float, float]
"""Voxel spacing in mm along (x, y, z), the order of the challenge's JSON files."""

SPACING_LIMITS_MM = (0.01, 100.0)
"""Spacings outside are refused wherever one is read: no CT has them, but a wrong unit does."""


def is_plausible_spacing(value: Any) -> bool:
    """Tell whether a value is a number of millimetres that two voxels may lie apart."""
    least, most = SPACING_LIMITS_MM
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and least <= value <= most


def cut_voi(
    scan: npt.NDArray[Any], click_zyx: tuple[int, int, int], *, fill: float | None = None
) -> npt.NDArray[Any]:
    """Cut the VOI whose click lies on voxel `click_zyx` of a scan, padding where the scan ends.

    Args:
        scan: the scan, (z, y, x), any real dtype.
        click_zyx: the clicked voxel's index in the scan.
        fill: value of voxels outside the scan; by default the scan's minimum minus one, so that
            padding can be told from tissue (the challenge's data preparation). Labels pad with 0.

    Returns:
        An array of shape `VOI_SHAPE_ZYX` and the scan's dtype.

    Raises:
        InputError: the scan is not three-dimensional, the click lies outside it, or the scan's
            dtype cannot hold its minimum minus one.
    """
    if scan.ndim != 3:
        raise InputError.about("scan", expected="3 dimensions (z, y, x)", found=f"{scan.ndim}")
    if any(not 0 <= click < size for click, size in zip(click_zyx, scan.shape, strict=True)):
        raise InputError.about(
            f"click {click_zyx} (z, y, x)",
            expected=f"a voxel of the scan {scan.shape}",
            found="one outside it",
        )
    voi = np.full(VOI_SHAPE_ZYX, _padding(scan) if fill is None else fill, dtype=scan.dtype)
    source, target = [], []
    for click, centre, size, voi_size in zip(
        click_zyx, CLICK_ZYX, scan.shape, VOI_SHAPE_ZYX, strict=True
    ):
        start = click - centre
        low, high = max(start, 0), min(start + voi_size, size)
        source.append(slice(low, high))
        target.append(slice(low - start, high - start))
    voi[tuple(target)] = scan[tuple(source)]
    return voi


def _padding(scan: npt.NDArray[Any]) -> float:
    value = float(scan.min()) - 1
    if scan.dtype.kind in "iu" and value < np.iinfo(scan.dtype).min:
        raise InputError.about(
            "scan",
            expected=f"a dtype that holds its minimum minus one ({value:g}), which pads it",
            found=f"{scan.dtype}",
            hint="Convert the scan to HU in int16, or say what to pad with.",
        )
    return value
