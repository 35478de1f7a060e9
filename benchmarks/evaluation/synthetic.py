"""A synthetic submission: rough ellipsoids, and predictions that miss them a little."""

import json
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.images.mask_stack import MaskStackWriter
from uls.images.pixel_source import PixelSource
from uls.images.stack import Geometry, StackHeader

__all__ = ["RADII", "write_submission"]

Mask = npt.NDArray[np.bool_]

_STACK = "synthetic"
_SPACING_MM = (0.8, 0.8, 2.0)
RADII = (3.0, 40.0)
"""Smallest and largest radius in voxels; half the lesions are below 11 (log-uniform)."""


def write_submission(
    folder: Path,
    *,
    vois: int,
    groups: int,
    radii: tuple[float, float] = RADII,
    clicks: int = 3,
    seed: int = 0,
) -> tuple[Path, Path]:
    """Write reference data and predicted masks of one stack, every VOI a lesion.

    Args:
        folder: gets `ground-truth/` and `masks/`.
        vois: how many VOIs.
        groups: how many lesions have several clicks, all of which are compared.
        radii: smallest and largest radius in voxels.
        clicks: how many clicks such a lesion has.
        seed: of the shapes.

    Returns:
        The two folders.
    """
    truth, masks = folder / "ground-truth", folder / "masks"
    generator = np.random.default_rng(seed)
    header = _header(vois)
    with MaskStackWriter(header, truth) as references, MaskStackWriter(header, masks) as predicted:
        for reference, prediction in _pairs(vois, radii, generator):
            references.write(reference)
            predicted.write(prediction)
        references.commit()
        predicted.commit()
    for name, document in (
        ("single_sample.json", list(range(vois))),
        ("multi_sample.json", list(_click_groups(vois, groups, clicks, generator))),
        ("stacked_spacing.json", [_SPACING_MM] * vois),
    ):
        (truth / name).write_text(json.dumps(document), encoding="utf-8")
    return truth, masks


def _header(vois: int) -> StackHeader:
    slices, rows, columns = VOI_SHAPE_ZYX
    geometry = Geometry(
        size_xyz=(columns, rows, slices * vois),
        spacing_xyz=(1.0, 1.0, 1.0),
        origin_xyz=(0.0, 0.0, 0.0),
        direction=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    )
    path = Path(f"{_STACK}.mha")
    pixels = PixelSource(path, 0, "zlib", np.dtype(np.uint8))
    return StackHeader(path=path, geometry=geometry, pixels=pixels)


def _click_groups(
    vois: int, groups: int, clicks: int, generator: np.random.Generator
) -> Iterator[list[list[object]]]:
    """Compare the VOIs of a group with each other, a few voxels apart."""
    for group in range(groups):
        members = [(clicks * group + click) % vois for click in range(clicks)]
        yield [
            [a, b, generator.uniform(-6, 6, size=3).round(3).tolist()]
            for a, b in combinations(members, 2)
        ]


def _pairs(
    vois: int, radii_from_to: tuple[float, float], generator: np.random.Generator
) -> Iterator[tuple[Mask, Mask]]:
    for _ in range(vois):
        radius = float(np.exp(generator.uniform(*np.log(radii_from_to))))
        radii = radius * generator.uniform((0.3, 0.7, 0.7), (0.5, 1.0, 1.0))
        reference = _blob(radii, CLICK_ZYX, generator)
        centre = np.add(CLICK_ZYX, generator.normal(0, 0.1 * radius, 3))
        yield reference, _blob(radii * generator.uniform(0.8, 1.2, 3), centre.tolist(), generator)


def _blob(
    radii_zyx: npt.NDArray[np.float64], centre_zyx: Sequence[float], rng: np.random.Generator
) -> Mask:
    """Fill an ellipsoid with a ragged edge, or at least the voxel at its centre."""
    mask = np.zeros(VOI_SHAPE_ZYX, dtype=np.bool_)
    reach = np.ceil(radii_zyx * 1.2).astype(int) + 1
    middle = np.round(centre_zyx).astype(int)
    low = np.maximum(middle - reach, 0)
    high = np.minimum(middle + reach + 1, VOI_SHAPE_ZYX)
    box = tuple(slice(a, b) for a, b in zip(low.tolist(), high.tolist(), strict=True))
    axes = (np.arange(a, b) for a, b in zip(low, high, strict=True))
    grid = np.meshgrid(*axes, indexing="ij", sparse=True)
    squared = sum(
        ((places - centre) / radius) ** 2
        for places, centre, radius in zip(grid, centre_zyx, radii_zyx, strict=True)
    )
    mask[box] = squared < rng.uniform(0.8, 1.2, size=(high - low).tolist())
    mask[tuple(middle.tolist())] = True
    return mask
