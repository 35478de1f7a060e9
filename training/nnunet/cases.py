"""Reading one case of a raw data set, cropped around its click."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.nnunet.presets import Zyx
from training.nnunet.raw_dataset import RawDataset
from uls.errors import InputError
from uls.voi import Spacing

__all__ = ["Case", "read_case"]


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
        InputError: a file cannot be read, the two do not fit, or hold what they must not.
    """
    image, label = _read(raw.image(case)), _read(raw.label(case))
    if image.GetSize() != label.GetSize():
        raise InputError.about(
            raw.label(case), expected=f"the image's size {image.GetSize()}", found=label.GetSize()
        )
    x, y, z = image.GetSize()
    starts = [max(0, n // 2 - patch // 2) for n, patch in zip((z, y, x), patch_zyx, strict=True)]
    sizes = [min(n, patch) for n, patch in zip((z, y, x), patch_zyx, strict=True)]
    image, label = (sitk.RegionOfInterest(one, sizes[::-1], starts[::-1]) for one in (image, label))
    voi = Case(
        image_hu=sitk.GetArrayFromImage(image).astype(np.float32),
        label=_labels(label, raw, case),
        spacing_mm=image.GetSpacing(),
        origin_mm=image.GetOrigin(),
        direction=image.GetDirection(),
    )
    _check(voi, raw, case)
    return voi


def _check(voi: Case, raw: RawDataset, case: str) -> None:
    if not np.isfinite(voi.image_hu).all():
        raise InputError.about(raw.image(case), expected="HU", found="voxels that are no number")


def _labels(image: sitk.Image, raw: RawDataset, case: str) -> npt.NDArray[np.int8]:
    """Return the labels, checked before they are cast: 256 would become 0."""
    labels = sitk.GetArrayFromImage(image)
    allowed = {int(label) for label in raw.json["labels"].values()}
    if found := set(np.unique(labels).tolist()) - allowed:
        expected = f"the labels {', '.join(map(str, sorted(allowed)))} of dataset.json"
        raise InputError.about(
            raw.label(case), expected=expected, found=f"also {sorted(found)[:5]}"
        )
    whole: npt.NDArray[np.int8] = labels.astype(np.int8)
    return whole


def _read(path: str | object) -> sitk.Image:
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise InputError.about(str(path), expected="a readable image", found=reason) from error
    if image.GetDimension() != 3:
        raise InputError.about(str(path), expected="3 dimensions", found=str(image.GetDimension()))
    return image
