"""Reading one case of a raw data set, cropped around its click."""

import logging
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.planning.presets import Zyx
from uls.geometry.voi import Spacing
from uls.images.grid import Geometry, check_same_grid
from uls.images.plausible import not_hu
from uls.images.scan_reading import read_image
from uls.images.voxels import label_array
from uls.workshop.errors import InputError

__all__ = ["Case", "read_case"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Case:
    """An image and its label.

    Attributes:
        image_hu: float32, (z, y, x).
        label: int8, (z, y, x): 0 background, 1 lesion, 2 not annotated.
        spacing_mm: along (x, y, z).
        origin_mm: of the first voxel, (x, y, z).
        direction: nine numbers, as SimpleITK gives them.
    """

    image_hu: npt.NDArray[np.float32]
    label: npt.NDArray[np.int8]
    spacing_mm: Spacing
    origin_mm: tuple[float, ...]
    direction: tuple[float, ...]


def read_case(raw: RawDataset, case: str, patch_zyx: Zyx) -> Case:
    """Read a case, and crop it to the patch around its centre; axes shorter than that stay whole.

    Raises:
        InputError: a file cannot be read, the two do not lie on one grid, or hold what they must
            not.
    """
    image, label = read_image(raw.image(case)), read_image(raw.label(case))
    check_same_grid(Geometry.of(image), Geometry.of(label), raw.label(case))
    x, y, z = image.GetSize()
    starts = [max(0, n // 2 - patch // 2) for n, patch in zip((z, y, x), patch_zyx, strict=True)]
    sizes = [min(n, patch) for n, patch in zip((z, y, x), patch_zyx, strict=True)]
    image, label = (sitk.RegionOfInterest(one, sizes[::-1], starts[::-1]) for one in (image, label))
    image_hu = sitk.GetArrayFromImage(image).astype(np.float32)
    if doubt := not_hu(image_hu):
        _log.warning("%s: %s", raw.image(case), doubt)
    return Case(
        image_hu=image_hu,
        label=_labels(label, raw, case),
        spacing_mm=image.GetSpacing(),
        origin_mm=image.GetOrigin(),
        direction=image.GetDirection(),
    )


def _labels(image: sitk.Image, raw: RawDataset, case: str) -> npt.NDArray[np.int8]:
    """Give the labels, checked before they are cast: 256 would become 0."""
    labels = label_array(image, raw.label(case))
    allowed = {int(label) for label in raw.json["labels"].values()}
    if found := set(np.unique(labels).tolist()) - allowed:
        expected = f"the labels {', '.join(map(str, sorted(allowed)))} of dataset.json"
        few = sorted(found)[:5]
        raise InputError.about(raw.label(case), expected=expected, found=f"also {few}")
    return labels.astype(np.int8)
