"""A segmented lesion: its mask on the scan's grid, what was measured, and what to look at twice."""

from dataclasses import dataclass

from clinic.lesions.measurements import Measurements
from clinic.lesions.targets import GridTarget
from clinic.scans.grid import Point
from uls.geometry.cropped import CroppedMask

__all__ = ["Lesion"]


@dataclass(frozen=True, eq=False)
class Lesion:
    """A segmented lesion.

    Attributes:
        target: what was pointed at.
        click_mm: the clicked voxel's centre, LPS.
        mask: of the scan's array as it is stored.
        measurements: None where nothing was found.
        warnings: whatever a person should know before believing the rest.
        stability: volume at a logit of 2 over that at −2, 0 to 1: how sharply the model sees the
            lesion's edge. An idea for a certainty, not validated. None where nothing was found.
        site: where in the body, as a person at the page named it; else empty.
        role: what a person at the page took it for, such as `target`; else empty.
    """

    target: GridTarget
    click_mm: Point
    mask: CroppedMask
    measurements: Measurements | None
    warnings: tuple[str, ...]
    stability: float | None
    site: str = ""
    role: str = ""

    @property
    def name(self) -> str:
        """The lesion's name, as the user or the list gave it."""
        return self.target.name
