"""The shapes of real nodules, as up to four readers outlined each, for synthetic lesions.

A file of them is made by `shape_bank`; it is never part of the repository.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F  # noqa: N812

from algorithm.models.zoom_patch import Point
from training.starter.lesions.fields import Floats
from training.starter.lesions.shape import Box, Places, places_in, reach_box, roughened
from training.starter.settings.lesion_settings import Shapes
from training.starter.settings.strict_table import Range
from uls.workshop.errors import InputError

__all__ = ["LEVELS_PER_RADIUS", "ReaderShape", "ShapeBank"]

LEVELS_PER_RADIUS = 100
"""Level sets are stored as whole hundredths of the radius, between -1.27 and 1.27."""


@dataclass(frozen=True)
class ReaderShape:
    """One nodule's shape: turned, stretched and scaled.

    Attributes:
        radius: mean radius in patch voxels.
        grids: level sets in radii on a cube around the middle, (readers, n, n, n).
        spacing: of the grids, in radii.
        to_nodule: (3, 3), takes places in the patch, in radii, to places in the nodule.
        roughness: that is added to the surface, in radii.
        settings: of that roughness.
    """

    radius: float
    grids: torch.Tensor
    spacing: float
    to_nodule: Floats
    roughness: float
    settings: Shapes

    def box(self, centre: Point, shape: tuple[int, ...], *, beyond_z: float = 0.0) -> Box:
        """Give the part of a patch of that shape that the lesion may reach."""
        n = self.grids.shape[-1]
        at = np.argwhere(self._mean() > 0) - (n - 1) / 2
        corners = at * self.spacing * self.radius @ np.linalg.inv(self.to_nodule).T
        reach = np.abs(corners).max(axis=0) + self.spacing * self.radius
        return reach_box(reach * (1 + 1.2 * self.roughness), centre, shape, beyond_z)

    def body_level(self, places: Places) -> Floats:
        """Give the mean of the readers' level sets."""
        return np.asarray(self._levels(places).mean(axis=0))

    def levels(self, box: Box, centre: Point, rng: np.random.Generator) -> Floats:
        """Give each reader's level set on a part of the patch, with one unevenness for all."""
        levels = self._levels(places_in(box, centre))
        uneven = np.zeros(levels.shape[1:], dtype=np.float32)
        return levels + roughened(uneven, self.roughness, self.radius, self.settings, rng)

    def place_in_body(self, rng: np.random.Generator, reach: Range) -> Floats:
        """Draw a place in the body, so far on the way out of its deepest point."""
        mean = self._mean()
        out = 1 - mean / mean.max()
        inside = (mean > 0) & (out >= reach[0]) & (out <= reach[1])
        chosen = np.argwhere(inside if inside.any() else mean >= mean.max())
        at = chosen[rng.integers(len(chosen))] - (mean.shape[0] - 1) / 2
        place: Floats = np.linalg.solve(self.to_nodule, at * self.spacing * self.radius)
        return place.astype(np.float32)

    def _mean(self) -> Floats:
        return np.asarray(self.grids.float().mean(0).numpy())

    def _levels(self, places: Places) -> Floats:
        z, y, x = np.broadcast_arrays(*places)
        at = np.stack([z, y, x], axis=-1).astype(np.float32) @ (self.to_nodule.T / self.radius)
        n = self.grids.shape[-1]
        grid = torch.from_numpy(at * np.float32(2 / (n * self.spacing))).flip(-1)[None]
        beyond = -1.27
        values = F.grid_sample((self.grids.float() - beyond)[None], grid, align_corners=False)
        return np.asarray((values[0] + beyond).numpy())


@dataclass(frozen=True)
class ShapeBank:
    """All nodules of a file.

    Attributes:
        levels: int8 (outlines, n, n, n), in hundredths of a nodule's radius.
        first: of each nodule's outlines, and one more for the end.
        spacing: of each nodule's grid, in radii.
        radius_mm: of each nodule.
    """

    levels: npt.NDArray[np.int8]
    first: npt.NDArray[np.intp]
    spacing: Floats
    radius_mm: Floats

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file that `shape_bank` wrote.

        Raises:
            InputError: it is missing, or none.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                names = ("levels", "first", "spacing", "radius_mm")
                return cls(*(arrays[name] for name in names))
        except (OSError, ValueError, KeyError) as error:
            raise InputError.about(
                path,
                expected="a bank of shapes",
                found=str(error),
                hint="`python -m training starter shapes` makes one.",
            ) from error

    def __len__(self) -> int:
        return len(self.spacing)

    def draw(self, rng: np.random.Generator, radius: float, settings: Shapes) -> ReaderShape:
        """Draw a nodule, scaled to a mean radius in patch voxels."""
        number = int(rng.integers(len(self)))
        grids = self.levels[self.first[number] : self.first[number + 1]]
        turned, _ = np.linalg.qr(rng.standard_normal((3, 3)))
        stretch = np.exp(rng.normal(0, settings.reader_stretch_sd, 3))
        stretch /= stretch.prod() ** (1 / 3)
        return ReaderShape(
            radius=radius,
            grids=torch.from_numpy(grids.astype(np.float32) / LEVELS_PER_RADIUS),
            spacing=float(self.spacing[number]),
            to_nodule=(turned * stretch[:, None]).astype(np.float32),
            roughness=float(rng.uniform(*settings.reader_roughness)),
            settings=settings,
        )
