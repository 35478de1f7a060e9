"""Jobs cut from the real CT that lies beside a developer's checkout; none of it is committed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
from synthetic_stacks import write_image

from uls.geometry.voi import Spacing, cut_voi
from uls.platform.slugs import SPACINGS_FILE, STACK_FOLDER

REAL_CT = Path(__file__).parents[2] / "shared" / "ct"


@dataclass(frozen=True)
class RealLesion:
    """A lesion in a scan: HU and mask, (z, y, x), and the spacing (x, y, z) in mm."""

    name: str
    scan_hu: npt.NDArray[np.int16]
    mask: npt.NDArray[np.bool_]
    spacing_mm: Spacing

    def innermost_voxel(self) -> tuple[int, int, int]:
        """Where a careful reader would click: the voxel farthest from the lesion's edge."""
        image = sitk.GetImageFromArray(np.pad(self.mask, 1).astype(np.uint8))
        image.SetSpacing(self.spacing_mm)
        depth = sitk.SignedMaurerDistanceMap(image, insideIsPositive=True, useImageSpacing=True)
        at = np.argmax(sitk.GetArrayFromImage(depth))
        z, y, x = np.unravel_index(at, [size + 2 for size in self.mask.shape])
        return int(z) - 1, int(y) - 1, int(x) - 1


def lesion_names() -> list[str]:
    """All lesions, such as `STS_003_tumour`; empty where there is no real CT."""
    masks = (REAL_CT / "lesions").glob("*.nii.gz")
    return sorted(p.name.removesuffix(".nii.gz") for p in masks if "_image" not in p.name)


def read_lesion(name: str) -> RealLesion:
    folder = REAL_CT / "lesions"
    image = sitk.ReadImage(str(folder / f"{name.rpartition('_')[0]}_image.nii.gz"))
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / f"{name}.nii.gz"))) > 0
    return RealLesion(name, sitk.GetArrayFromImage(image), mask, image.GetSpacing())


def write_real_job(folder: Path, lesions: Sequence[RealLesion]) -> npt.NDArray[np.uint8]:
    """Write an input folder with one VOI a lesion, clicked in its middle; return the references."""
    clicks = [lesion.innermost_voxel() for lesion in lesions]
    pairs = list(zip(lesions, clicks, strict=True))
    stack = np.concatenate([cut_voi(lesion.scan_hu, click) for lesion, click in pairs])
    write_image(folder / STACK_FOLDER / "real.mha", stack, spacing=(0.9, 0.9, 3.0))
    spacings: list[Any] = [list(lesion.spacing_mm) for lesion in lesions]
    (folder / SPACINGS_FILE).write_text(json.dumps(spacings))
    masks = [cut_voi(lesion.mask.astype(np.uint8), click, fill=0) for lesion, click in pairs]
    return np.concatenate(masks)
