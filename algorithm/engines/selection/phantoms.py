"""Synthetic patches that look a little like CT, on which engines are compared.

They differ in what could go wrong in a reduced precision: contrast in soft tissue, a small bright
thing in much air, faint contrast in noise and thick slices.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from algorithm.engines.base import Batch
from algorithm.inference.normalisation import normalise
from algorithm.models.architecture import Zyx
from algorithm.models.manifest import AnyManifest, ZoomManifest
from algorithm.models.zoom_channels import channels
from uls.geometry.voi import Spacing

__all__ = ["BODY_SPACING_MM", "PHANTOMS", "Phantom", "batch_of", "body_hu"]

Hu = npt.NDArray[np.float32]

BODY_SPACING_MM: Spacing = (0.8, 0.8, 2.0)
"""Voxel spacing of `body_hu` along (x, y, z)."""

_BODY_NOISE_HU, _NOISE_HU = 18.0, 25.0
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
        return channels(
            hu,
            click=(z, y, x),
            step_mm=1.2,
            slice_mm=phantom.slice_mm,
            count=manifest.architecture.channels_in,
        )[None]
    return normalise(hu, manifest.normalisation)[None, None]


def body_hu(
    shape_zyx: Zyx,
    *,
    radius_mm: float,
    centre_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rng: np.random.Generator,
) -> Hu:
    """Make a bright ball in textured soft tissue, fat around it, air beyond.

    Its texture is in mm, whatever the shape: stretched over a whole VOI, it would be smoother than
    any CT, and smooth images lose most in a reduced precision.

    Args:
        shape_zyx: in voxels of `BODY_SPACING_MM`.
        radius_mm: of the ball.
        centre_mm: of the ball, (z, y, x) from the shape's centre.
        rng: source of the noise.
    """
    z, y, x = (
        ((np.arange(size, dtype=np.float32) - size // 2) * np.float32(step)).reshape(axes)
        for size, step, axes in zip(
            shape_zyx,
            reversed(BODY_SPACING_MM),
            ((-1, 1, 1), (1, -1, 1), (1, 1, -1)),
            strict=True,
        )
    )
    body = (y / 95) ** 2 + (x / 90) ** 2
    hu = np.where(body < 0.7, 40.0 + 15 * np.sin(z / 9) * np.sin(y / 7) * np.sin(x / 8), -100.0)
    away = (z - centre_mm[0]) ** 2 + (y - centre_mm[1]) ** 2 + (x - centre_mm[2]) ** 2
    hu[away < radius_mm**2] = 110.0
    hu += rng.normal(0, _BODY_NOISE_HU, shape_zyx)
    hu[np.broadcast_to(body > 1, shape_zyx)] = -1000.0
    return hu.astype(np.float32)


def _body_hu(shape_zyx: Zyx) -> Hu:
    """Show the body around a ball of 12 mm radius, or of a quarter of the patch if that is less."""
    sides = (n * step for n, step in zip(shape_zyx, reversed(BODY_SPACING_MM), strict=True))
    return body_hu(shape_zyx, radius_mm=min(12.0, min(sides) / 4), rng=np.random.default_rng(0))


def _nodule_hu(shape_zyx: Zyx) -> Hu:
    """Make a small solid nodule in lung, beside it a vessel along z, and the chest wall."""
    z, y, x = _grid(shape_zyx)
    lung = -850.0 + 40.0 * np.sin(11 * x) * np.cos(7 * y) + 0 * z
    vessel = (y - 0.35) ** 2 + (x + 0.2) ** 2 + 0 * z < 0.05**2
    hu = np.where(vessel, 40.0, np.where(y + 0 * (x + z) > 0.8, 50.0, lung))
    return _noisy(np.where(z**2 + y**2 + x**2 < 0.12**2, 30.0, hu))


def _faint_hu(shape_zyx: Zyx) -> Hu:
    """Make a faint dark ellipsoid in an enhancing organ, in noise and thick slices."""
    z, y, x = _grid(shape_zyx)
    organ = np.where(z**2 + y**2 + (0.7 * x) ** 2 < 0.6, 110.0, 20.0)
    hu = _noisy(np.where((z / 0.3) ** 2 + (y / 0.2) ** 2 + (x / 0.25) ** 2 < 1, 60.0, organ))
    first_of_slab = np.arange(shape_zyx[0]) // _SLICES_A_SLAB * _SLICES_A_SLAB
    return hu[first_of_slab]


PHANTOMS = (
    Phantom("body", _body_hu, slice_mm=BODY_SPACING_MM[2]),
    Phantom("nodule", _nodule_hu, slice_mm=1.0),
    Phantom("faint", _faint_hu, slice_mm=5.0),
)
"""All of them; the first is the one for networks that are slow."""


def _grid(shape_zyx: Zyx) -> tuple[npt.NDArray[np.float64], ...]:
    """Give z, y and x from -1 to 1, to be broadcast."""
    return np.meshgrid(*(np.linspace(-1, 1, n) for n in shape_zyx), indexing="ij", sparse=True)


def _noisy(hu: npt.NDArray[np.float64]) -> Hu:
    noise = np.random.default_rng(0).normal(0.0, _NOISE_HU, hu.shape)
    return (hu + noise).astype(np.float32)
