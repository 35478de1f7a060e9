"""A scan of one image file (NIfTI, NRRD, MetaImage), with its voxels as HU."""

import logging
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from clinic.scans.grid import Grid
from clinic.scans.scan import Format, Place, Scan, WhenChecked
from uls.images.image_header import read_geometry
from uls.images.scan_reading import read_image
from uls.workshop.errors import InputError, no_permission_is

__all__ = ["FORMATS", "MOST_VOXELS", "format_of", "read_image_file"]

FORMATS: dict[str, Format] = {
    ".nii.gz": "nifti",
    ".nii": "nifti",
    ".nrrd": "nrrd",
    ".nhdr": "nrrd",
    ".mha": "metaimage",
    ".mhd": "metaimage",
}
"""Endings of files that are read as scans, in small or capital letters."""

MOST_VOXELS = 1 << 30
"""2 GiB in int16: 4,096 slices of 512 × 512."""

_LOWEST_HU, _HIGHEST_HU = -32767, 32767
"""Of int16, with room below for the padding of a VOI, which is the scan's minimum minus one."""

_log = logging.getLogger(__name__)


def format_of(path: Path) -> Format | None:
    """Give the format that a file's name says; None where it says none of ours."""
    name = path.name.lower()
    return next((kind for ending, kind in FORMATS.items() if name.endswith(ending)), None)


def read_image_file(path: Path, when_checked: WhenChecked | None = None) -> Scan:
    """Read a scan of one file.

    Args:
        path: the file.
        when_checked: is called before the voxels are read.

    Raises:
        InputError: the file is missing, damaged, or no scan of plausible size and spacing.
    """
    kind = format_of(path)
    if kind is None:
        raise InputError.about(path, expected=f"one of {', '.join(FORMATS)}", found=path.name)
    if not path.is_file():
        raise InputError.about(path, expected="an image file", found="no file")
    with no_permission_is(InputError):
        path.open("rb").close()
    voxels, grid = _read(path, kind, when_checked)
    if min(voxels.shape) < 2:
        found = " × ".join(str(size) for size in voxels.shape[::-1])
        raise InputError.about(path, expected="a volume", found=f"{found} voxels (x, y, z)")
    hu, warnings = _as_hu(voxels)
    for warning in warnings:
        _log.warning("%s: %s", path, warning)
    return Scan(hu=hu, grid=grid, format=kind, warnings=warnings)


def _read(
    path: Path, kind: Format, when_checked: WhenChecked | None
) -> tuple[npt.NDArray[Any], Grid]:
    """Read voxels and grid; the header first."""
    geometry = read_geometry(path)
    if prod(geometry.size_xyz) > MOST_VOXELS:
        found = f"{prod(geometry.size_xyz):,}"
        raise InputError.about(path, expected=f"at most {MOST_VOXELS:,} voxels", found=found)
    grid = Grid.of(str(path), geometry)
    if when_checked is not None:
        when_checked(Place(grid, kind))
    return sitk.GetArrayFromImage(read_image(path)), grid


def _as_hu(voxels: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], tuple[str, ...]]:
    """Give HU as int16 where the values are whole numbers, else as float32."""
    if voxels.dtype.kind == "f":
        if not _all_whole(voxels):
            return voxels.astype(np.float32, copy=False), ()
        return voxels.astype(np.int16), ()
    n_clipped = sum(
        int(np.count_nonzero((plane < _LOWEST_HU) | (plane > _HIGHEST_HU))) for plane in voxels
    )
    if not n_clipped:
        return voxels.astype(np.int16, copy=False), ()
    hu = np.clip(voxels, _LOWEST_HU, _HIGHEST_HU).astype(np.int16)
    return hu, (f"{n_clipped} voxels beyond ±32,767 HU were set to that",)


def _all_whole(planes: Iterable[npt.NDArray[Any]]) -> bool:
    return all(
        bool((plane == np.rint(plane)).all() and np.abs(plane).max() <= _HIGHEST_HU)
        for plane in planes
    )
