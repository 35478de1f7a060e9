"""Reading the scans that samples are cut from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import SimpleITK as sitk

from algorithm.models.zoom_patch import Point
from training.starter.samples.case_files import IMAGE, NIFTI, masks_of_images
from training.starter.samples.case_images import axial_image, voxels_of
from training.starter.samples.scans import Scan, make_scan
from training.starter.settings.sample_settings import KeepAway
from uls.images.voxels import hu_array
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed, shown

if TYPE_CHECKING:
    from training.starter.settings.recipe import Samples

__all__ = ["Bank", "read_bank"]


@dataclass(frozen=True)
class Bank:
    """All scans; those with lesions also serve as backgrounds, away from their lesions."""

    scans: tuple[Scan, ...]

    @property
    def with_lesions(self) -> tuple[Scan, ...]:
        """The scans in which lesions are known."""
        return tuple(scan for scan in self.scans if scan.lesions)

    @property
    def without_lesions(self) -> tuple[Scan, ...]:
        """The scans in which none are known: backgrounds."""
        return tuple(scan for scan in self.scans if not scan.lesions)


def read_bank(folders: Sequence[Path], settings: "Samples", *, seed: int) -> Bank:
    """Read every `<case>_image.nii.gz` with its `<case>_<lesion>.nii.gz`.

    Args:
        folders: where the files are. In a folder without any `_image`, every file is a scan in
            which no lesions are known.
        settings: what counts as a place for a lesion, and where none is implanted.
        seed: chooses the voxels looked at for places to implant lesions.

    Raises:
        InputError: a folder holds no scan, or something that is none; a mask is empty or does not
            fit its scan.
    """
    return Bank(tuple(s for folder in folders for s in _read_folder(folder, settings, seed)))


def _read_folder(folder: Path, settings: "Samples", seed: int) -> Iterator[Scan]:
    files = listed(folder, (NIFTI,)) if folder.is_dir() else []
    if not files:
        raise InputError.about(folder, expected="scans (*.nii.gz)", found=f"none ({shown(folder)})")
    masks = masks_of_images(files)
    for path in masks or files:
        name = path.name.removesuffix(NIFTI).removesuffix(IMAGE)
        yield _read_scan(name, path, masks.get(path, []), settings, seed)


def _read_scan(
    name: str, path: Path, mask_files: Sequence[Path], settings: "Samples", seed: int
) -> Scan:
    image = axial_image(path)
    hu = hu_array(image, path)
    if hu.min() >= 0:
        raise InputError.about(
            path,
            expected="a CT scan in HU, some of it below 0",
            found=f"values from {hu.min()} to {hu.max()}",
            hint=f"A mask? Scans beside masks are named <case>{IMAGE}{NIFTI}.",
        )
    x, y, z = image.GetSpacing()
    masks = [voxels_of(file, image, path.name) for file in mask_files]
    away = [_in_voxels(place, image) for place in settings.keep_away if place.case == name]
    return make_scan(name, hu, (z, y, x), masks, settings=settings, keep_away=away, seed=seed)


def _in_voxels(place: KeepAway, image: sitk.Image) -> tuple[Point, float]:
    x, y, z = image.TransformPhysicalPointToContinuousIndex(place.lps_mm)
    return (z, y, x), place.radius_mm
