"""The voxels of a scan as Hounsfield units, and those of a mask as labels."""

import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.images.plausible import not_hu
from uls.workshop.errors import InputError
from uls.workshop.numbers import exactly, shortest

__all__ = ["HU_LIMITS", "hu_array", "label_array"]

HU_LIMITS = (-32767, 32767)
"""Of int16, with room below for the padding, which is the scan's minimum minus one."""

_LARGEST_LABEL = int(np.iinfo(np.int32).max)

_log = logging.getLogger(__name__)


def hu_array(image: sitk.Image, subject: Path | str) -> npt.NDArray[np.int16]:
    """Give a scan's HU as whole numbers, (z, y, x); values beyond `HU_LIMITS` become the limits.

    What is clipped, and a scan that does not look like HU, is logged.

    Args:
        image: of finite values, as `uls.images.scan_reading` reads it.
        subject: for the log.

    Raises:
        InputError: values that are NaN or infinite.
    """
    values = sitk.GetArrayFromImage(image)
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            raise InputError.about(f"{subject}", expected="finite HU", found="NaN or infinity")
        values = np.rint(values)
    lowest, highest = HU_LIMITS
    beyond = int(np.count_nonzero((values < lowest) | (values > highest)))
    if beyond:
        _log.warning(
            "%s: %d voxels beyond %d to %d HU (down to %g, up to %g) are clipped to that",
            *(subject, beyond, lowest, highest, values.min(), values.max()),
        )
        values = np.clip(values, lowest, highest)
    hu = np.ascontiguousarray(values, dtype=np.int16)
    if doubt := not_hu(hu):
        _log.warning("%s: %s", subject, doubt)
    return hu


def label_array(image: sitk.Image, path: Path) -> npt.NDArray[np.int32]:
    """Give a mask's values, (z, y, x).

    Raises:
        InputError: values that are not whole, negative, or too large for a label.
    """
    values = sitk.GetArrayFromImage(image)
    lowest, highest = shortest(values.min()), shortest(values.max())
    if lowest < 0 or highest > _LARGEST_LABEL:
        found = lowest if lowest < 0 else highest
        raise InputError.about(
            path, expected=f"labels from 0 to {_LARGEST_LABEL}", found=exactly(found)
        )
    whole: npt.NDArray[np.int32] = values.astype(np.int32)
    if values.dtype.kind == "f" and not np.array_equal(whole, values):
        fraction = shortest(values[whole != values][0])
        raise InputError.about(
            path,
            expected="a mask of whole numbers",
            found=f"fractions in it, such as {exactly(fraction)}",
            hint="Threshold or round it, and save it as whole numbers.",
        )
    return whole
