"""Small nnU-Net raw data sets, for tests of training."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from training.nnunet.data.raw_dataset import RawDataset, write_dataset_json

SHAPE = (8, 12, 12)
SPACING = (0.5, 0.5, 2.0)


def image(voxels: np.ndarray, spacing: Sequence[float] = SPACING) -> sitk.Image:
    made = sitk.GetImageFromArray(voxels)
    made.SetSpacing(tuple(spacing))
    return made


def box_label(shape: tuple[int, int, int] = SHAPE, *, half: int = 2) -> np.ndarray:
    """A cube around the centre, `2 * half` voxels long along each axis."""
    label = np.zeros(shape, dtype=np.uint8)
    label[tuple(slice(n // 2 - half, n // 2 + half) for n in shape)] = 1
    return label


def write_raw(
    folder: Path,
    labels: Mapping[str, np.ndarray],
    images: Mapping[str, np.ndarray] | None = None,
    *,
    ignore: bool = False,
    ending: str = ".nii.gz",
) -> RawDataset:
    """Write a data set; by default a lesion's voxels are 100 HU, all others -50."""
    for name in ("imagesTr", "labelsTr"):
        (folder / name).mkdir(parents=True)
    for case, label in labels.items():
        hu = (images or {}).get(case, np.where(label == 1, 100, -50).astype(np.int16))
        sitk.WriteImage(image(hu), str(folder / "imagesTr" / f"{case}_0000{ending}"))
        sitk.WriteImage(image(label), str(folder / "labelsTr" / f"{case}{ending}"))
    write_dataset_json(folder, len(labels), ending=ending, ignore=ignore)
    return RawDataset.read(folder)
