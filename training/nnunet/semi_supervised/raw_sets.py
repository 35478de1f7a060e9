"""Raw data sets made of others: 2D masks with the rest ignored, and pseudo-masks.

Images are not copied: links point to those of the data set that they come from.
"""

import logging
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from training.nnunet.data.raw_dataset import RawDataset, write_dataset_json
from training.nnunet.preprocessing.parallel import mapped
from uls.images.scan_reading import read_image
from uls.images.voxels import label_array
from uls.images.written import write_image
from uls.workshop.errors import InputError

__all__ = ["IGNORE", "SELECTION", "ignoring_unannotated", "write_2d_set", "write_pseudo_set"]

_log = logging.getLogger(__name__)

SELECTION = "selection.csv"
"""The table, beside the data set of pseudo-masks, of what was kept and what was not."""

IGNORE = 2
"""nnU-Net's label for voxels that nobody annotated; they take no part in the loss."""


def write_2d_set(raw: RawDataset, folder: Path, *, processes: int = 1) -> None:
    """Make a data set whose slices without a mask are ignored instead of called background.

    A lesion that was measured goes on above and below the slice that it was measured on. A set
    whose labels mark what is not annotated already is taken as it is.

    Args:
        raw: the data set of 2D masks.
        folder: the data set to make, with the same name; what is there already stays.
        processes: how many work at it.
    """
    (folder / "labelsTr").mkdir(parents=True, exist_ok=True)
    _link_images(raw, folder, raw.cases)
    left = [case for case in raw.cases if not _label(raw, folder, case).exists()]
    for _ in mapped(partial(_write_2d, raw, folder), left, processes=processes, about="Labelling"):
        pass
    write_dataset_json(folder, len(raw.cases), ending=raw.ending, ignore=True)


def write_pseudo_set(raw: RawDataset, masks: Path, cases: Iterable[str], folder: Path) -> None:
    """Make a data set of some of a data set's images, with predicted masks as their labels.

    Args:
        raw: the data set that was predicted.
        masks: a folder of `<case>.nii.gz`.
        cases: those that are kept.
        folder: the data set to make.

    Raises:
        InputError: no case is kept.
    """
    kept = list(cases)
    if not kept:
        raise InputError.about(
            masks,
            expected="masks whose axes agree with the measurements",
            found="none",
            hint="The network that predicted them is not good enough yet, or the tolerance too "
            f"small; {folder.parent / SELECTION} lists every case.",
        )
    (folder / "labelsTr").mkdir(parents=True, exist_ok=True)
    _link_images(raw, folder, kept)
    for case in kept:
        image = read_image(masks / f"{case}.nii.gz")
        write_image(image, _label(raw, folder, case))
    write_dataset_json(folder, len(kept), ending=raw.ending)


def ignoring_unannotated(label: np.ndarray) -> np.ndarray:
    """Mark the slices that hold no lesion as not annotated.

    Args:
        label: (z, y, x), 1 where the lesion is.

    Returns:
        The same, with `IGNORE` on every axial slice without a 1.
    """
    annotated = (label == 1).any(axis=(1, 2))
    return np.where(annotated[:, None, None], label, np.uint8(IGNORE)).astype(np.uint8)


def _write_2d(raw: RawDataset, folder: Path, case: str) -> None:
    source = read_image(raw.label(case))
    label = label_array(source, raw.label(case))
    if label.max() > IGNORE:
        raise InputError.about(
            raw.label(case), expected=f"labels from 0 to {IGNORE}", found=f"{label.max()}"
        )
    if "ignore" not in raw.json["labels"]:
        label = ignoring_unannotated(label)
    image = sitk.GetImageFromArray(label.astype(np.uint8))
    image.CopyInformation(source)
    write_image(image, _label(raw, folder, case))


def _link_images(raw: RawDataset, folder: Path, cases: Iterable[str]) -> None:
    (folder / "imagesTr").mkdir(parents=True, exist_ok=True)
    for case in cases:
        image = raw.image(case)
        link = folder / "imagesTr" / image.name
        if not link.is_symlink():
            link.symlink_to(os.path.realpath(image))


def _label(raw: RawDataset, folder: Path, case: str) -> Path:
    return folder / "labelsTr" / f"{case}{raw.ending}"
