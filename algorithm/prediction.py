"""One VOI through one nnU-Net model: normalise, tile, mirror, average. Knows no file, no torch."""

import logging
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from algorithm.boxes import Box, check_none
from algorithm.engines.base import Engine
from algorithm.manifest import Manifest
from algorithm.normalisation import normalise
from algorithm.recipe import Zyx
from algorithm.tiling import Slices, gaussian_weights, tiles
from algorithm.weights import Model
from uls.errors import ModelError
from uls.lesion import clicked
from uls.voi import CLICK_ZYX, Spacing

__all__ = ["LOGIT_OUTSIDE", "Predictor", "mirrorings", "not_finite"]

_log = logging.getLogger(__name__)

Logit = npt.NDArray[np.float32]
Axes = tuple[int, ...]

LOGIT_OUTSIDE = -1000.0
"""The lesion's logit where no patch looked: as good as impossible."""


class Predictor:
    """An nnU-Net model and the engines that run its folds."""

    def __init__(self, model: Model, engines: Sequence[Engine]) -> None:
        if not isinstance(model.manifest, Manifest):
            raise TypeError(f"an nnU-Net model, not {model.manifest.kind}")
        self._manifest = model.manifest
        self._engines = tuple(engines)

    takes_boxes = False

    def predict(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_mm: Spacing | None = None,
        mirror: int = 0,
        box: Box | None = None,
    ) -> Logit:
        """Predict where in a VOI the lesion is.

        Args:
            voi_hu: Hounsfield units, any real dtype, (z, y, x), the click in its centre; not
                changed.
            spacing_mm: not used: nnU-Net's networks see voxels.
            mirror: how many mirrored views are averaged, 0 to 8: 0 and 1 predict the VOI as it
                is, n adds the first n - 1 of z, y, x, zy, zx, yx, zyx along which the model was
                trained to be mirrored, 8 all of them.
            box: must be None, as these networks take no boxes.

        Returns:
            The lesion's logit minus the background's, float32, the VOI's shape; the mask is where
            it is positive. A model with field `click` that needed to look at its patch alone gives
            `LOGIT_OUTSIDE` elsewhere.

        Raises:
            ModelError: the network computed something that is no number.
            CallError: there is a box.
        """
        check_none([(box,)])
        image = normalise(voi_hu, self._manifest.normalisation)
        if self._manifest.field == "click":
            lesion = self._around_click(image, mirror)
        else:
            lesion = self._tiled(image, mirror)
        if not (np.isfinite(lesion.min()) and np.isfinite(lesion.max())):
            raise not_finite(self._manifest.name, self._engines[0])
        return lesion

    def passes(self, mirror: int) -> int:
        """Say how many times each fold's network runs per patch for a value of `mirror`."""
        return len(mirrorings(self._manifest.mirror_axes_zyx, mirror))

    def warm_up(self) -> None:
        """Run every network once on zeros, so that the first VOI takes no longer than the next."""
        for engine in self._engines:
            engine(np.zeros((1, 1, *self._manifest.patch_zyx), dtype=np.float32))

    def _around_click(self, image: Logit, mirror: int) -> Logit:
        """Predict the patch around the click; all tiles if the lesion reaches the patch's border.

        A larger lesion would be cut off at the border (Rocholl et al., ULS+, 2026, place the patch
        into an empty VOI; we look again instead).
        """
        patch = self._patch_around_click()
        lesion = self._averaged(image[patch], mirror)
        if _reaches_border(lesion > 0):
            _log.info("The lesion reaches the border of the patch around the click: tiling the VOI")
            return self._tiled(image, mirror)
        whole = np.full(image.shape, LOGIT_OUTSIDE, dtype=np.float32)
        whole[patch] = lesion
        return whole

    def _patch_around_click(self) -> Slices:
        sizes = zip(CLICK_ZYX, self._manifest.patch_zyx, strict=True)
        z, y, x = (slice(click - size // 2, click - size // 2 + size) for click, size in sizes)
        return z, y, x

    def _tiled(self, image: Logit, mirror: int) -> Logit:
        """Blend the tiles that cover an image; the zeros that it is padded with go again."""
        image, inside = _padded(image, self._manifest.patch_zyx)
        where = list(tiles(image.shape, self._manifest.patch_zyx))
        if len(where) == 1:
            return np.ascontiguousarray(self._averaged(image, mirror)[inside])
        weights = gaussian_weights(self._manifest.patch_zyx)
        blended, total = np.zeros_like(image), np.zeros_like(image)
        for tile in where:
            blended[tile] += weights * self._averaged(image[tile], mirror)
            total[tile] += weights
        blended /= total
        return np.ascontiguousarray(blended[inside])

    def _averaged(self, patch: Logit, mirror: int) -> Logit:
        """Average a patch's lesion logit over all folds and mirrored views."""
        views = mirrorings(self._manifest.mirror_axes_zyx, mirror)
        passes = [(axes, engine) for axes in views for engine in self._engines]
        first, *others = passes
        total = _lesion_logit(patch, *first)
        for axes, engine in others:
            total += _lesion_logit(patch, axes, engine)
        if others:
            total /= len(passes)
        return total


def not_finite(model: str, engine: Engine) -> ModelError:
    """Say that a network's logits are NaN or infinite."""
    return ModelError.about(
        f"model {model} on {engine.name}",
        expected="finite logits",
        found="NaN or infinity",
        hint="Try --engine torch --device cpu; the VOI itself may also hold NaN.",
    )


def _lesion_logit(patch: Logit, axes: Axes, engine: Engine) -> Logit:
    """Run a network on a patch flipped along some axes; flip what it says back."""
    logits = engine(np.ascontiguousarray(np.flip(patch, axes))[None, None])[0]
    lesion: Logit = np.flip(logits[1] - logits[0], axes)
    return lesion


def mirrorings(allowed_axes: Sequence[int], mirror: int) -> list[Axes]:
    """Give the axes along which each view is flipped: none, then one axis, then two, then three.

    Args:
        allowed_axes: axes, of 0, 1, 2 for z, y, x, that the model was trained to be mirrored along.
        mirror: how many views at most; 0 means one, too.
    """
    subsets = [axes for n in range(4) for axes in combinations(sorted(allowed_axes), n)]
    return subsets[: max(mirror, 1)]


def _padded(image: Logit, patch_zyx: Zyx) -> tuple[Logit, Slices]:
    """Pad an image with zeros on both sides to the patch's size; say where in it the image is."""
    missing = [max(patch - n, 0) for n, patch in zip(image.shape, patch_zyx, strict=True)]
    sizes = zip(missing, image.shape, strict=True)
    z, y, x = (slice(gap // 2, gap // 2 + size) for gap, size in sizes)
    if any(missing):
        image = np.pad(image, [(gap // 2, gap - gap // 2) for gap in missing])
    return image, (z, y, x)


def _reaches_border(lesion: npt.NDArray[np.bool_]) -> bool:
    """Say whether the clicked component touches a face of its patch.

    Where the click itself was not predicted, any component that touches counts.
    """
    if not _touches_a_face(lesion):
        return False
    z, y, x = (size // 2 for size in lesion.shape)
    if not lesion[z, y, x]:
        return True
    mask = clicked(lesion, spacing_mm=(1.0, 1.0, 1.0), click_zyx=(z, y, x)).mask
    return _touches_a_face(mask)


def _touches_a_face(mask: npt.NDArray[np.bool_]) -> bool:
    faces = (np.moveaxis(mask, axis, 0)[[0, -1]] for axis in range(3))
    return any(bool(face.any()) for face in faces)
