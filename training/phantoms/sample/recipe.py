"""The two scans of the sample: what is in them, and where they are clicked."""

from dataclasses import dataclass

import numpy as np

from training.phantoms.anatomy import Abdomen, Chest, Host
from training.phantoms.drawing.grid import Grid, Point
from training.phantoms.drawing.lesion import Lesion, LesionLook
from training.phantoms.drawing.scanner import Scanner
from training.phantoms.scenes import Scene
from uls.geometry.voi import Spacing

__all__ = ["CLICKS_PER_LESION", "RESERVED_SEEDS", "SampleScan", "sample_scans"]

CLICKS_PER_LESION = 3

RESERVED_SEEDS = (20230941, 20230952)
"""Seeds of the sample's two scans: nothing is ever trained or validated on them."""

STEP_HU = 12
"""HU are rounded to multiples of this, or six VOIs with noise would not fit into 5 MB."""


@dataclass(frozen=True)
class SampleScan:
    """A scan of the region around one lesion: the scene, the grid it is scanned on, the scanner."""

    name: str
    seed: int
    scene: Scene
    grid: Grid
    spacing: Spacing
    scanner: Scanner


def sample_scans() -> tuple[SampleScan, SampleScan]:
    """Draw a tumour of the right lung near the chest wall, and a metastasis of the liver."""
    return _lung_tumour(RESERVED_SEEDS[0]), _liver_metastasis(RESERVED_SEEDS[1])


def _lung_tumour(seed: int) -> SampleScan:
    rng = np.random.default_rng(seed)
    chest = Chest.draw(rng)
    place = (12.0, 14.0, -0.78 * chest.trunk.cavity_yx[1])
    look = LesionLook(hu=45.0, mottle_hu=10.0, core_hu=25.0, edge_mm=1.8, spicules=40)
    lesion = Lesion.draw(rng, place, diameter=36.0, look=look)
    scene = Scene(chest, Host("lung", place, 60.0, chest.lung_hu), lesion)
    spacing = (0.703125, 0.703125, 2.5)  # 360 mm on 512 pixels
    return _scan("lung tumour", seed, scene, spacing, n_slices=38)


def _liver_metastasis(seed: int) -> SampleScan:
    rng = np.random.default_rng(seed)
    abdomen = Abdomen.draw(rng)
    place = (4.0, 12.0, -66.0)
    liver = abdomen.liver_hu
    look = LesionLook(hu=liver - 42, mottle_hu=6.0, core_hu=liver - 70, edge_mm=2.5)
    lesion = Lesion.draw(rng, place, diameter=42.0, look=look)
    second = Lesion.draw(rng, (-2.0, -34.0, -28.0), diameter=15.0, look=look)
    scene = Scene(abdomen, Host("liver", place, 60.0, liver), lesion, (second,))
    spacing = (0.78125, 0.78125, 3.0)  # 400 mm on 512 pixels
    return _scan("liver metastasis", seed, scene, spacing, n_slices=32)


def _scan(name: str, seed: int, scene: Scene, spacing: Spacing, *, n_slices: int) -> SampleScan:
    """Scan 300x300 pixels around the lesion, in double precision so that any machine agrees.

    Spacings are sums of powers of two: a whole number of voxels, in mm, divides back exactly.
    """
    centre: Point = scene.lesion.centre
    grid = Grid.around(centre, shape_zyx=(n_slices, 300, 300), spacing=spacing, dtype=np.float64)
    scanner = Scanner(seed=seed, noise_hu=7.0, smoothing=4, step_hu=STEP_HU)
    return SampleScan(name, seed, scene, grid, spacing, scanner)
