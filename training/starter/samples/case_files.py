"""Which mask file is of which scan: `<case>_image.nii.gz` and `<case>_<lesion>.nii.gz`."""

from collections.abc import Iterable
from pathlib import Path

__all__ = ["IMAGE", "NIFTI", "masks_of_images"]

NIFTI = ".nii.gz"
IMAGE = "_image"


def masks_of_images(files: Iterable[Path]) -> dict[Path, list[Path]]:
    """Give each scan its masks, both in the order of their names.

    A mask is of the case with the longest name that fits: `P1_2_tumour.nii.gz` is of `P1_2`, where
    there is one, and not of `P1`. An image is nobody's mask.
    """
    ordered = sorted(files)
    images = {
        path.name.removesuffix(f"{IMAGE}{NIFTI}"): path for path in ordered if _is_image(path)
    }
    masks: dict[Path, list[Path]] = {image: [] for image in images.values()}
    for path in ordered:
        cases = [case for case in images if path.name.startswith(f"{case}_")]
        if cases and path.name.endswith(NIFTI) and not _is_image(path):
            masks[images[max(cases, key=len)]].append(path)
    return masks


def _is_image(path: Path) -> bool:
    return path.name.endswith(f"{IMAGE}{NIFTI}")
