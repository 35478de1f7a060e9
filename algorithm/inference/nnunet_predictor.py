"""One VOI through one nnU-Net model: normalise, tile, mirror, average. Knows no file, no torch."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from algorithm.engines.base import Batch, Engine
from algorithm.inference.boxes import Box, check_none
from algorithm.inference.click_region import ClickRegion
from algorithm.inference.field import LOGIT_OUTSIDE, Axes, Field, Logit
from algorithm.inference.mirroring import Mirroring, mirroring_of
from algorithm.inference.normalisation import normalise
from algorithm.inference.tiling import Slices, tiles
from algorithm.models.architecture import Zyx
from algorithm.models.manifest import Manifest
from algorithm.models.weights import Model
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, Spacing
from uls.workshop.errors import ModelError

__all__ = ["LOGIT_OUTSIDE", "NnunetPredictor", "mirrorings", "not_finite"]

_LARGEST_BATCH = 8
"""As many patches as there are mirrored views; beyond, a device gains next to nothing."""


class NnunetPredictor:
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
        mirror: int | Mirroring = 0,
        box: Box | None = None,
    ) -> Logit:
        """Predict where in a VOI the lesion is.

        Args:
            voi_hu: Hounsfield units, any real dtype, (z, y, x), the click in its centre; not
                changed.
            spacing_mm: not used: nnU-Net's networks see voxels.
            mirror: how many mirrored views are averaged, 0 to 8: 0 and 1 predict the VOI as it
                is, n adds the first n - 1 of z, y, x, zy, zx, yx, zyx along which the model was
                trained to be mirrored, 8 all of them. A `Mirroring` is asked after each doubling.
            box: must be None, as these networks take no boxes.

        Returns:
            The lesion's logit minus the background's, float32, the VOI's shape; the mask is where
            it is positive. A model with field `click` gives `LOGIT_OUTSIDE` where it did not look:
            beyond its patch around the click, and beyond the tiles to which a larger lesion led.

        Raises:
            ModelError: the network computed something that is no number.
            CallError: there is a box.
        """
        check_none([(box,)])
        image, inside = _padded(
            normalise(voi_hu, self._manifest.normalisation), self._manifest.patch_zyx
        )
        z, y, x = (at + part.start for at, part in zip(CLICK_ZYX, inside, strict=True))
        field = self._field(image, (z, y, x))
        self._look_along_views(field, mirroring_of(mirror))
        lesion = np.ascontiguousarray(field.logit()[inside])
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

    def patches_per_pass(self) -> int:
        """Say how many patches a pass over a VOI takes: all tiles, or the one at the click."""
        if self._manifest.field == "click":
            return 1
        patch_zyx = self._manifest.patch_zyx
        z, y, x = (max(sizes) for sizes in zip(VOI_SHAPE_ZYX, patch_zyx, strict=True))
        return len(list(tiles((z, y, x), patch_zyx)))

    def _look_along_views(self, field: Field, mirroring: Mirroring) -> None:
        """Look once, and then along twice as many views as long as that is wanted."""
        views = mirrorings(self._manifest.mirror_axes_zyx, mirroring.most)
        disagreement, done = field.add(views[:1]), 1
        while mirroring.go_on(done, disagreement) and done < len(views):
            more = views[done : 2 * done]
            disagreement = field.add(more)
            done += len(more)

    def _field(self, image: Logit, click_zyx: Zyx) -> Field:
        """Give what to look at: all tiles, or the one at the click and those that it leads to."""
        patch_zyx, look = self._manifest.patch_zyx, partial(self._look, image)
        z, y, x = image.shape
        if self._manifest.field == "voi":
            every = list(tiles((z, y, x), patch_zyx))
            return Field((z, y, x), patch_zyx, tiles=every, look=look)
        region = ClickRegion((z, y, x), patch_zyx, click_zyx)
        return Field((z, y, x), patch_zyx, tiles=[region.first], look=look, follow=region.follow)

    def _look(
        self, image: Logit, where: Sequence[Slices], views: Sequence[Axes]
    ) -> Iterator[tuple[Slices, Logit]]:
        """Run the networks on some tiles along some views; give each one's mean over the folds."""
        looks = [(tile, axes) for tile in where for axes in views]
        at_once = _batch_size(self._manifest.patch_zyx)
        for first in range(0, len(looks), at_once):
            some = looks[first : first + at_once]
            batch = np.stack([np.flip(image[tile], axes) for tile, axes in some])[:, None]
            for (tile, axes), lesion in zip(some, self._lesion_logits(batch), strict=True):
                yield tile, np.flip(lesion, axes)

    def _lesion_logits(self, batch: Batch) -> Logit:
        """Average the lesion's logit, less the background's, over the folds: (n, z, y, x)."""
        total = _lesion_logit(self._engines[0](batch))
        for engine in self._engines[1:]:
            total += _lesion_logit(engine(batch))
        return total / np.float32(len(self._engines)) if len(self._engines) > 1 else total


def not_finite(model: str, engine: Engine) -> ModelError:
    """Say that a network's logits are NaN or infinite."""
    return ModelError.about(
        f"model {model} on {engine.name}",
        expected="finite logits",
        found="NaN or infinity",
        hint="Try --engine torch --device cpu; the VOI itself may also hold NaN.",
    )


def _lesion_logit(logits: Batch) -> Logit:
    difference: Logit = logits[:, 1] - logits[:, 0]
    return difference


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


def _batch_size(patch_zyx: Zyx) -> int:
    """Give how many patches to predict at once: no more voxels than a VOI, which must fit, too."""
    return min(max(prod(VOI_SHAPE_ZYX) // prod(patch_zyx), 1), _LARGEST_BATCH)
