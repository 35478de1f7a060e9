"""Real lesions on disk: a scan, the mask of one lesion in it, and what kind of lesion it is.

Two layouts are read, and may lie in one folder:

- `<case>_image.nii.gz` with `<case>_<lesion>.nii.gz`, one mask a lesion;
- `<case>_image.nrrd` with `<case>_label.nrrd`, as in the folder `data` of pyradiomics' source
  distribution on PyPI (version 3.0.1: `lung1` and `lung2`), which anyone can get.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.starter.samples.case_files import IMAGE, NIFTI, masks_of_images
from training.starter.samples.case_images import axial_image, voxels_of
from training.starter.settings.cases_seen import CasesSeen
from training.starter.settings.recipe import VALIDATION_LESIONS
from uls.geometry.voi import Spacing
from uls.images.voxels import hu_array
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed, shown

__all__ = ["Lesion", "LesionFiles", "find_lesions", "read_lesion", "trained_on"]

_NRRD, _LABEL = ".nrrd", "_label"

_GROUPS = (
    ("STS_*", "sarcoma"),
    ("*_node", "node"),
    ("hcc*_liver*", "liver"),
    ("hcc*_kidney*", "kidney"),
    ("4DLung-*", "lung"),
    ("lung*", "lung"),
)
"""Name patterns of the data sets we know; a lesion of any other is grouped by its folder's name."""

_RECIPE_MAY_READ = ("STS_*", "4DLung-*", "hcc*")
"""Data sets that the starter model's recipe trains on, but for `VALIDATION_LESIONS`."""

_HINT = (
    f"It holds <case>{IMAGE}{NIFTI} and <case>_<lesion>{NIFTI}, or <case>{IMAGE}{_NRRD} and "
    f"<case>{_LABEL}{_NRRD}."
)


@dataclass(frozen=True)
class LesionFiles:
    """A scan and the mask of one lesion in it; `case` is the scan's name, `name` the lesion's."""

    case: str
    name: str
    image: Path
    mask: Path

    @property
    def group(self) -> str:
        """What kind of lesion it is, as far as its name tells."""
        groups = (group for pattern, group in _GROUPS if fnmatch(self.name, pattern))
        return next(groups, self.mask.parent.name)


@dataclass(frozen=True, eq=False)
class Lesion:
    """A lesion in its scan.

    Attributes:
        name: of the lesion, the same in every run: it seeds what is drawn for it.
        group: what kind of lesion it is.
        scan_hu: the scan, (z, y, x).
        mask: the lesion, of the scan's shape.
        spacing_mm: along (x, y, z).
        padding_hu: what lies beyond the scan in a VOI cut from it.
    """

    name: str
    group: str
    scan_hu: npt.NDArray[np.int16]
    mask: npt.NDArray[np.bool_]
    spacing_mm: Spacing
    padding_hu: float


def find_lesions(folders: Sequence[Path]) -> tuple[LesionFiles, ...]:
    """List the lesions of some folders, by folder and then by name.

    Raises:
        InputError: a folder is missing or has no lesion, or two lesions have one name.
    """
    found = tuple(files for folder in folders for files in _lesions_in(folder))
    names = [files.name for files in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError.about(
            ", ".join(map(str, folders)),
            expected="lesions of different names",
            found=f"{', '.join(twice)} more than once",
            hint="Name each folder once, and give lesions names of their own.",
        )
    return found


def _lesions_in(folder: Path) -> list[LesionFiles]:
    if not folder.is_dir():
        found = "a file" if folder.exists() else "no such folder"
        raise InputError.about(folder, expected="a folder of lesions", found=found, hint=_HINT)
    lesions = sorted((*_nifti(folder), *_nrrd(folder)), key=lambda files: files.name)
    if not lesions:
        found = f"none ({shown(folder)})"
        raise InputError.about(folder, expected="scans with masks", found=found, hint=_HINT)
    return lesions


def _nifti(folder: Path) -> Iterator[LesionFiles]:
    for image, masks in masks_of_images(listed(folder)).items():
        case = image.name.removesuffix(f"{IMAGE}{NIFTI}")
        for mask in masks:
            yield LesionFiles(case, mask.name.removesuffix(NIFTI), image, mask)


def _nrrd(folder: Path) -> Iterator[LesionFiles]:
    for image in listed(folder, (f"{IMAGE}{_NRRD}",)):
        case = image.name.removesuffix(f"{IMAGE}{_NRRD}")
        mask = image.with_name(f"{case}{_LABEL}{_NRRD}")
        if mask.exists():
            yield LesionFiles(case, case, image, mask)


def trained_on(files: LesionFiles, seen: CasesSeen = None) -> bool:
    """Say whether a model was, or may have been, trained on a lesion.

    Args:
        files: the lesion's.
        seen: the cases that the model was trained on, as far as it says; where it does not, it may
            have been trained on what the starter model's recipe reads.
    """
    if seen is not None:
        return files.case in seen
    of_the_recipe = any(fnmatch(files.case, pattern) for pattern in _RECIPE_MAY_READ)
    return of_the_recipe and files.case not in VALIDATION_LESIONS


def read_lesion(files: LesionFiles) -> Lesion:
    """Read a scan and its mask, turned so that slices are axial; any nonzero mask voxel counts.

    Raises:
        InputError: a file cannot be read, the two do not lie on one grid, or the mask is empty.
    """
    image = axial_image(files.image)
    voxels = voxels_of(files.mask, image, files.image.name)
    hu = hu_array(image, files.image)
    x, y, z = image.GetSpacing()
    return Lesion(files.name, files.group, hu, voxels, (x, y, z), float(hu.min()) - 1)
