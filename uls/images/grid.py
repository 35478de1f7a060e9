"""Where the voxels of images lie: whether a mask's are its scan's, and what is too odd to use.

The tolerances here hold for everything that is read: preparation, training, the cycle, HCUCH.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import SPACING_LIMITS_MM, is_plausible_spacing
from uls.workshop.errors import InputError

__all__ = [
    "TURN_TOLERANCE",
    "VOXEL_TOLERANCE",
    "Geometry",
    "check_grid",
    "check_same_grid",
    "is_same_place",
    "log_mended",
    "nearest_perpendicular",
    "not_perpendicular",
    "off_perpendicular",
    "perpendicular",
]

TURN_TOLERANCE = 1e-3
"""By how much direction cosines may differ, or be off perpendicular: NIfTI holds single floats."""
VOXEL_TOLERANCE = 0.1
"""By how much a voxel may lie off its place, in voxels."""

_UNNOTICED_TURN = 1e-5
"""Directions off by less are rounded numbers, and stay as they are."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Geometry:
    """Where an image lies in space; all in SimpleITK's (x, y, z) order, mm, LPS."""

    size_xyz: tuple[int, int, int]
    spacing_xyz: tuple[float, ...]
    origin_xyz: tuple[float, ...]
    direction: tuple[float, ...]

    @classmethod
    def of(cls, image: Any) -> Self:
        """Take the geometry of a SimpleITK image, or of a reader that has read a header."""
        x, y, z = image.GetSize()
        spacing = np.array(image.GetSpacing())
        # A reader leaves a negative spacing as it is; the image made of it has the axis reversed.
        signs = np.where(spacing < 0, -1.0, 1.0)
        direction = np.reshape(image.GetDirection(), (3, 3)) * signs
        return cls(
            size_xyz=(x, y, z),
            spacing_xyz=tuple(np.abs(spacing).tolist()),
            origin_xyz=image.GetOrigin(),
            direction=tuple(direction.ravel().tolist()),
        )


def check_grid(
    spacing_mm: tuple[float, ...], direction: tuple[float, ...], path: Path | str
) -> tuple[float, ...]:
    """Make sure that a scan's or mask's grid can be one; give its direction, mended if need be.

    Raises:
        InputError: a spacing beyond all that is plausible, or axes that are not perpendicular.
    """
    if not all(map(is_plausible_spacing, spacing_mm)):
        least, most = SPACING_LIMITS_MM
        raise InputError.about(
            path,
            expected=f"spacings of {least:g} to {most:g} mm",
            found=" × ".join(f"{step:g}" for step in spacing_mm),
            hint="Write the true spacing into the header.",
        )
    return perpendicular(direction, path)


def perpendicular(direction: tuple[float, ...], path: Path | str) -> tuple[float, ...]:
    """Give the nearest perpendicular axes, which are nearly always those of the file.

    Raises:
        InputError: they differ by more than `TURN_TOLERANCE`.
    """
    axes = np.reshape(direction, (3, 3))
    off = off_perpendicular(axes)
    if off <= _UNNOTICED_TURN:
        return direction
    if off > TURN_TOLERANCE:
        raise not_perpendicular(path, off)
    log_mended(path, off)
    return tuple(nearest_perpendicular(axes).ravel().tolist())


def off_perpendicular(axes: npt.NDArray[np.floating]) -> float:
    """Say how far axes are from the nearest perpendicular ones, in direction cosines."""
    if not np.isfinite(axes).all():
        return float("inf")
    return float(np.abs(axes - nearest_perpendicular(axes)).max())


def nearest_perpendicular(axes: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Give the nearest perpendicular axes of length 1 (the polar decomposition's rotation)."""
    left, _, right = np.linalg.svd(axes)
    return np.asarray(left @ right)


def log_mended(path: Path | str, off: float) -> None:
    """Log that a file's axes were mended."""
    _log.warning("%s: axes off perpendicular by %.1g; the nearest that are count", path, off)


def not_perpendicular(path: Path | str, off: float) -> InputError:
    """Say that a file's axes cannot be mended."""
    return InputError.about(
        path,
        expected=f"perpendicular axes (cosines off by up to {TURN_TOLERANCE:g} are mended)",
        found=f"axes that are off by {off:.2g}",
        hint="Resample the image to perpendicular axes (3D Slicer: Resample Scalar/Vector/DWI "
        "Volume), or write the scanner's directions into its header.",
    )


def check_same_grid(
    image: Geometry, mask: Geometry, mask_path: Path, *, trust_grid: bool = False
) -> None:
    """Make sure that a mask lies on its image's voxels.

    Args:
        image: the scan.
        mask: its mask.
        mask_path: for the message.
        trust_grid: go by the voxels alone where the two files disagree on where they lie.

    Raises:
        InputError: another size, or (unless the grid is trusted) another place in space.
    """
    if mask.size_xyz != image.size_xyz:
        raise InputError.about(
            mask_path,
            expected=f"its image's {image.size_xyz} voxels (x, y, z)",
            found=f"{mask.size_xyz}",
            hint="Resample the mask to the image's grid, or look whether it is another image's.",
        )
    if not (trust_grid or is_same_place(image, mask)):
        raise InputError.about(
            mask_path,
            expected="its image's spacing, origin and direction",
            found=f"{_described(mask)} instead of {_described(image)}",
            hint="If you know that voxel lies on voxel all the same, copy the image's geometry "
            "into the mask (`prepare` has --trust-grid for that); else resample the mask.",
        )


def is_same_place(a: Geometry, b: Geometry) -> bool:
    """Compare two grids of one size; distances are judged in voxels, whatever the scan's size.

    A spacing that differs moves the last voxel by as much as all steps together.
    """
    spacing = np.array(a.spacing_xyz)
    turned = np.abs(np.subtract(a.direction, b.direction)).max()
    drift = np.abs(np.subtract(b.spacing_xyz, spacing)) / spacing * np.array(a.size_xyz)
    moved = np.abs(np.subtract(a.origin_xyz, b.origin_xyz)) / spacing.min()
    return bool(turned < TURN_TOLERANCE and max(drift.max(), moved.max()) < VOXEL_TOLERANCE)


def _described(geometry: Geometry) -> str:
    def text(values: tuple[float, ...]) -> str:
        return "(" + ", ".join(f"{value:.4g}" for value in values) + ")"

    return (
        f"spacing {text(geometry.spacing_xyz)}, origin {text(geometry.origin_xyz)}, "
        f"direction {text(geometry.direction)}"
    )
