"""Scans that are a file a slice."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["DicomSeries", "PngSeries"]


@dataclass(frozen=True)
class PngSeries:
    """A scan as 16-bit PNG slices whose values are HU + 32768 (DeepLesion).

    Attributes:
        slices: in the order of the scan, from head to feet; rows go back, columns to the left.
        spacing_mm: along (x, y, z).
    """

    slices: tuple[Path, ...]
    spacing_mm: tuple[float, float, float]

    @property
    def folder(self) -> Path:
        """Where the slices lie."""
        return self.slices[0].parent


@dataclass(frozen=True)
class DicomSeries:
    """A scan as DICOM files, one a slice, in any order.

    Attributes:
        files: of the slices.
        uid: of the series, that all of them name.
    """

    files: tuple[Path, ...]
    uid: str

    @property
    def folder(self) -> Path:
        """Where the slices lie."""
        return self.files[0].parent
