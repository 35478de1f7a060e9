"""Synthetic patches that look a little like CT, on which engines are compared.

They differ in what could go wrong in a reduced precision: contrast in soft tissue, a small bright
thing in much air, faint contrast in noise and thick slices.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from algorithm.engines.base import Batch
from algorithm.manifest import AnyManifest, ZoomManifest
from algorithm.models.zoom_channels import channels
from algorithm.normalisation import normalise
from algorithm.recipe import Zyx

__all__ = ["PHANTOMS", "Phantom", "ball_hu", "batch_of"]

Hu = npt.NDArray[np.float32]

_NOISE_HU = 10.0
_MANY_HU = 25.0
_SLICES_A_SLAB = 4


@dataclass(frozen=True)
class Phantom:
    """A kind of patch: `hu` makes one of a size, with a lesion in its centre.

    Attributes:
        slice_mm: how far apart its slices are, for networks that are told.
    """

    name: str
    hu: Callable[[Zyx], Hu]
    slice_mm: float


def batch_of(phantom: Phantom, manifest: AnyManifest) -> Batch:
    """Make what a model's network sees of a phantom: (1, channels, z, y, x), its centre clicked."""
    hu = phantom.hu(manifest.patch_zyx)
    if isinstance(manifest, ZoomManifest):
        z, y, x = (size / 2 for size in manifest.patch_zyx)
        return channels(hu, click=(z, y, x), step_mm=1.2, slice_mm=phantom.slice_mm)[None]
    return normalise(hu, manifest.normalisation)[None, None]


def ball_hu(shape_zyx: Zyx) -> Hu:
    """Make a bright ball in soft tissue, fat around it, some noise."""
    z, y, x = _grid(shape_zyx)
    radius = np.sqrt(z**2 + y**2 + x**2)
    hu = np.where(radius < 0.25, 60.0, np.where(radius < 0.9, 30.0 + 20.0 * np.sin(9 * x), -90.0))
    return _noisy(hu, _NOISE_HU)


def _nodule_hu(shape_zyx: Zyx) -> Hu:
    """Make a small solid nodule in lung, beside it a vessel along z, and the chest wall."""
    z, y, x = _grid(shape_zyx)
    lung = -850.0 + 40.0 * np.sin(11 * x) * np.cos(7 * y) + 0 * z
    vessel = (y - 0.35) ** 2 + (x + 0.2) ** 2 + 0 * z < 0.05**2
    hu = np.where(vessel, 40.0, np.where(y + 0 * (x + z) > 0.8, 50.0, lung))
    return _noisy(np.where(z**2 + y**2 + x**2 < 0.12**2, 30.0, hu), _MANY_HU)


def _faint_hu(shape_zyx: Zyx) -> Hu:
    """Make a faint dark ellipsoid in an enhancing organ, in noise and thick slices."""
    z, y, x = _grid(shape_zyx)
    organ = np.where(z**2 + y**2 + (0.7 * x) ** 2 < 0.6, 110.0, 20.0)
    hu = _noisy(
        np.where((z / 0.3) ** 2 + (y / 0.2) ** 2 + (x / 0.25) ** 2 < 1, 60.0, organ), _MANY_HU
    )
    first_of_slab = np.arange(shape_zyx[0]) // _SLICES_A_SLAB * _SLICES_A_SLAB
    return hu[first_of_slab]


PHANTOMS = (
    Phantom("ball", ball_hu, slice_mm=2.0),
    Phantom("nodule", _nodule_hu, slice_mm=1.0),
    Phantom("faint", _faint_hu, slice_mm=5.0),
)
"""All of them; the first is the one for networks that are slow."""


def _grid(shape_zyx: Zyx) -> tuple[npt.NDArray[np.float64], ...]:
    """Give z, y and x from -1 to 1, to be broadcast."""
    return np.meshgrid(*(np.linspace(-1, 1, n) for n in shape_zyx), indexing="ij", sparse=True)


def _noisy(hu: npt.NDArray[np.float64], deviation: float) -> Hu:
    noise = np.random.default_rng(0).normal(0.0, deviation, hu.shape)
    return (hu + noise).astype(np.float32)
