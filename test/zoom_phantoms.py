"""Balls in VOIs, and an engine that sees them as they are: the zoom model without its network."""

from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from algorithm.engines.base import Batch
from algorithm.inference.zoom_predictor import ZoomPredictor
from algorithm.models.certainty import Certainty
from algorithm.models.manifest import FileRecord, Fold, ZoomManifest
from algorithm.models.weights import Model
from algorithm.models.zoom_manifest import ZoomArchitecture
from algorithm.models.zoom_settings import ZoomSettings
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, Spacing

LESION_HU, TISSUE_HU = 50, -50


class Oracle:
    """A fake engine: lesion is what has the clicked HU.

    The channel `relative` is (HU - clicked HU) / 40, at least -2: 0 in the ball, -2 in the tissue
    around it, and -1.25 halfway, where the logit is 0.
    """

    name = "oracle"
    device = "none"

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    @property
    def n_passes(self) -> int:
        return sum(len(batch) for batch in self.batches)

    def __call__(self, batch: Batch) -> Batch:
        self.batches.append(batch)
        return (10 * (batch[:, 2:3] + 1.25)).astype(np.float32)


class Constant(Oracle):
    """A fake engine that gives every voxel the same logit."""

    def __init__(self, logit: float) -> None:
        super().__init__()
        self.logit = logit

    def __call__(self, batch: Batch) -> Batch:
        self.batches.append(batch)
        return np.full_like(batch[:, :1], self.logit)


class Corrected(Oracle):
    """A fake engine that sees what was clicked, and does as corrections say in their marks."""

    def __call__(self, batch: Batch) -> Batch:
        return (super().__call__(batch) + 200 * batch[:, 8:9] ** 3).astype(np.float32)


def zoom_manifest(
    settings: ZoomSettings | None = None,
    *,
    channels_in: Literal[8, 9] = 8,
    certainty: Certainty | None = None,
) -> ZoomManifest:
    record = FileRecord(name="zoom.safetensors", sha256="0" * 64, bytes=0)
    return ZoomManifest(
        name="fake",
        architecture=ZoomArchitecture(widths=(1, 1), blocks=(1, 1), channels_in=channels_in),
        settings=settings or ZoomSettings(),
        certainty=certainty,
        folds=(Fold(name="zoom", weights=record),),
    )


def predictor(
    engine: Oracle,
    settings: ZoomSettings | None = None,
    *,
    channels_in: Literal[8, 9] = 8,
    certainty: Certainty | None = None,
) -> ZoomPredictor:
    manifest = zoom_manifest(settings, channels_in=channels_in, certainty=certainty)
    return ZoomPredictor(Model(Path(), manifest, "", Path()), [engine])


def ball(
    diameter_mm: float,
    spacing_mm: Spacing,
    *,
    offset_zyx_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> npt.NDArray[np.int16]:
    """A VOI of tissue with a ball around the click, or so many mm beside it."""
    grid = np.ogrid[tuple(slice(0, size) for size in VOI_SHAPE_ZYX)]
    squares = sum(
        ((index - click) * spacing - offset) ** 2
        for index, click, spacing, offset in zip(
            grid, CLICK_ZYX, spacing_mm[::-1], offset_zyx_mm, strict=True
        )
    )
    return np.where(squares <= (diameter_mm / 2) ** 2, LESION_HU, TISSUE_HU).astype(np.int16)


def dice(mask: npt.NDArray[np.bool_], reference: npt.NDArray[np.bool_]) -> float:
    both = int(np.count_nonzero(mask & reference))
    return 2 * both / (int(np.count_nonzero(mask)) + int(np.count_nonzero(reference)))
