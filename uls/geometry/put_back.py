"""Put a VOI back where it was cut from."""

from typing import Any

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import InputError

__all__ = ["put_back"]


def put_back(
    voi: npt.NDArray[Any], click_zyx: tuple[int, int, int], scan_shape_zyx: tuple[int, int, int]
) -> npt.NDArray[Any]:
    """Lay a VOI into an empty scan: the inverse of `uls.geometry.voi.cut_voi`.

    Args:
        voi: (128, 256, 256), such as a mask.
        click_zyx: the voxel of the scan that the VOI's centre is.
        scan_shape_zyx: the scan's shape.

    Returns:
        An array of the scan's shape and the VOI's dtype, 0 outside the VOI; what of the VOI lies
        outside the scan is lost.

    Raises:
        InputError: its shape is not that of a VOI.
    """
    if voi.shape != VOI_SHAPE_ZYX:
        raise InputError.about(
            "VOI", expected=f"shape {VOI_SHAPE_ZYX} (z, y, x)", found=f"{voi.shape}"
        )
    scan = np.zeros(scan_shape_zyx, dtype=voi.dtype)
    source, target = [], []
    for click, centre, size, length in zip(
        click_zyx, CLICK_ZYX, scan_shape_zyx, VOI_SHAPE_ZYX, strict=True
    ):
        start = click - centre
        low, high = max(start, 0), max(0, min(start + length, size))
        source.append(slice(low - start, high - start))
        target.append(slice(low, high))
    scan[tuple(target)] = voi[tuple(source)]
    return scan
