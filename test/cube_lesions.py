"""Small lesions with known answers, and files of them."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.starter.evaluate.cases import Lesion
from uls.geometry.voi import Spacing

SCAN = (20, 40, 40)
CUBE = (slice(8, 12), slice(15, 25), slice(18, 24))
"""4 x 10 x 6 = 240 voxels, at least 8 voxels from any side."""


def cube_lesion(
    *, spacing_mm: Spacing = (1.0, 1.0, 1.0), name: str = "cube", group: str = "cubes"
) -> Lesion:
    """A cube of 100 HU in tissue of 0 HU."""
    mask = np.zeros(SCAN, dtype=bool)
    mask[CUBE] = True
    hu = np.where(mask, 100, 0).astype(np.int16)
    return Lesion(name, group, hu, mask, spacing_mm, padding_hu=-1.0)


def write(
    path: Path, voxels: npt.NDArray[Any], *, spacing: Spacing = (0.9, 0.9, 3.0)
) -> sitk.Image:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(spacing)
    sitk.WriteImage(image, str(path))
    return image


def write_cube(folder: Path, case: str, lesion: str = "tumour") -> None:
    """`<case>_image.nii.gz` and `<case>_<lesion>.nii.gz`."""
    cube = cube_lesion()
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / f"{case}_image.nii.gz", cube.scan_hu)
    write(folder / f"{case}_{lesion}.nii.gz", cube.mask.astype(np.uint8))
