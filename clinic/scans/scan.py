"""A scan as all doors use it: HU on a checked grid, where it came from, what was odd about it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clinic.scans.grid import Grid
from uls.images.plausible import not_hu

__all__ = ["Format", "Place", "Scan", "SliceSource", "WhenChecked"]

WhenChecked = Callable[["Place"], None]
"""Is called when a scan's header has passed all checks, before its voxels are read."""

Format = Literal["dicom", "nifti", "nrrd", "metaimage"]


@dataclass(frozen=True, repr=False)
class SliceSource:
    """The DICOM file that a slice of the array came from. It has no `repr`: it names files."""

    path: Path
    sop_instance_uid: str


@dataclass(frozen=True, eq=False, repr=False)
class Place:
    """Where a scan lies, and in which files: all of it that is known before its voxels are read.

    Attributes:
        grid: where the voxels lie in the patient.
        format: of the files.
        slices: of a DICOM series, one for each slice of the array; else empty.
    """

    grid: Grid
    format: Format
    slices: tuple[SliceSource, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Scan:
    """A CT scan.

    Attributes:
        hu: (z, y, x), int16 where the values are whole numbers, else float32.
        grid: where the voxels lie in the patient.
        format: of the files that it was read from.
        warnings: what was left out or changed while it was read.
        slices: of a DICOM series, one for each slice of the array; else empty.
        series_uid: of a DICOM series; else empty.
    """

    hu: npt.NDArray[Any]
    grid: Grid
    format: Format
    warnings: tuple[str, ...] = ()
    slices: tuple[SliceSource, ...] = ()
    series_uid: str = ""

    @property
    def place(self) -> Place:
        """Where the scan lies."""
        return Place(self.grid, self.format, self.slices)

    @cached_property
    def lowest_hu(self) -> float:
        """The scan's minimum, which decides what VOIs are padded with."""
        return float(self.hu.min())

    @cached_property
    def not_hu(self) -> str:
        """Why the values do not look like Hounsfield units; empty where they do."""
        return not_hu(self.hu)

    @cached_property
    def sha256(self) -> str:
        """A hash of voxels and grid, whatever file format they were read from."""
        grid = self.grid
        digest = sha256(repr((self.hu.dtype.name, grid.shape_zyx)).encode())
        numbers = np.array([*grid.spacing_mm, *grid.origin_mm, *grid.directions.ravel()])
        digest.update(np.round(numbers, 5).tobytes())
        for plane in self.hu:
            digest.update(np.ascontiguousarray(plane).data)
        return digest.hexdigest()
