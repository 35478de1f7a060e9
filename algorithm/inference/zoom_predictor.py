"""The zoom model: one small network that looks at the click from several zooms. Knows no files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from algorithm.engines.base import Engine
from algorithm.inference.boxes import Box
from algorithm.inference.corrections import Correction, check_corrections
from algorithm.inference.mirroring import Mirroring, mirroring_of
from algorithm.inference.nnunet_predictor import LOGIT_OUTSIDE, mirrorings, not_finite
from algorithm.inference.zoom_look import Viewer
from algorithm.inference.zoom_search import Answer, Search
from algorithm.models.manifest import ZoomManifest
from algorithm.models.weights import Model
from algorithm.models.zoom_channels import WITHOUT_CORRECTIONS
from algorithm.models.zoom_patch import Floats, put_back
from uls.geometry.voi import CLICK_ZYX, Spacing
from uls.workshop.errors import CallError

__all__ = ["Prediction", "ZoomPredictor"]

_ALL_AXES = (0, 1, 2)


@dataclass(frozen=True)
class Prediction:
    """A mask and how sure it is.

    Attributes:
        logit: as `ZoomPredictor.predict` gives it.
        certainty: the Dice that such masks had on lesions the model was not trained on; 0 where
            nothing was found, None where the model does not say.
        evidence: what that is computed from; empty where nothing was found.
    """

    logit: Floats
    certainty: float | None
    evidence: dict[str, float]


class ZoomPredictor:
    """A zoom model and the engine that runs its network."""

    takes_boxes = True

    def __init__(self, model: Model, engines: Sequence[Engine]) -> None:
        if not isinstance(model.manifest, ZoomManifest):
            raise TypeError(f"a zoom model, not {model.manifest.kind}")
        self._manifest = model.manifest
        self._settings = model.manifest.settings
        (self._engine,) = engines

    @property
    def takes_corrections(self) -> bool:
        """Say whether the network was trained to see corrections."""
        return self._manifest.architecture.channels_in > WITHOUT_CORRECTIONS

    def predict(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_mm: Spacing,
        mirror: int | Mirroring = 0,
        box: Box | None = None,
        corrections: Sequence[Correction] = (),
    ) -> Floats:
        """Predict where in a VOI the lesion is: the logit of `segment`, which says more."""
        return self.segment(
            voi_hu, spacing_mm=spacing_mm, mirror=mirror, box=box, corrections=corrections
        ).logit

    def segment(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_mm: Spacing,
        mirror: int | Mirroring = 0,
        box: Box | None = None,
        corrections: Sequence[Correction] = (),
    ) -> Prediction:
        """Predict where in a VOI the lesion is, and how sure that is.

        Args:
            voi_hu: Hounsfield units, any real dtype, (z, y, x), the click in its centre; not
                changed.
            spacing_mm: voxel spacing along (x, y, z).
            mirror: how many mirrored views the last looks are averaged over, 0 to 8; at least as
                many as the model's settings say. A `Mirroring` is asked how many at once.
            box: that the user drew around the lesion. Where it does not hold the click, its centre
                stands for the click.
            corrections: the user's further clicks, in the lesion and outside of it, all that were
                made so far. The network was trained with up to five.

        Returns:
            The mask's logit and its certainty. The logit is that of the lesion's probability, less
            that of the threshold: float32, the VOI's shape; the mask is where it is positive.
            `LOGIT_OUTSIDE` where the last look did not see, and everywhere when nothing was found
            at the click.

        Raises:
            CallError: the model takes no corrections, or one of them is wrong.
            ModelError: the network computed something that is no number.
        """
        if corrections:
            self._check(corrections, voi_hu.shape)
        x_mm, y_mm, z_mm = spacing_mm
        viewer = Viewer(
            voi_hu,
            spacing_zyx_mm=(z_mm, y_mm, x_mm),
            run=self._run,
            box=box,
            corrections=corrections,
            channels_in=self._manifest.architecture.channels_in,
        )
        click_zyx = CLICK_ZYX if box is None else box.click_zyx
        search = Search(viewer, click_zyx, self._settings)
        answer = search.answer(mirrorings(_ALL_AXES, self._views(mirroring_of(mirror).at_once())))
        return self._prediction(answer, voi_hu.shape)

    def passes(self, mirror: int) -> int:
        """Say how many passes the last looks take; those of the search before come on top.

        So n times as many passes never take n times as long, and a deadline is kept.
        """
        n_clicks = 1 + (0 < self._settings.user_click_weight < 1) + 2 * self._settings.side_clicks
        return n_clicks * self._views(mirror)

    def warm_up(self) -> None:
        """Run the network once on zeros, so that the first VOI takes no longer than the next."""
        self._engine(np.zeros((1, *self._manifest.input_shape), dtype=np.float32))

    def patches_per_pass(self) -> None:
        """Say that it depends on what the search sees."""

    def _prediction(self, answer: Answer | None, shape_zyx: tuple[int, ...]) -> Prediction:
        """Put an answer back into the VOI that was searched, and say how sure it is."""
        whole = np.full(shape_zyx, LOGIT_OUTSIDE, dtype=np.float32)
        if answer is not None:
            values, where = put_back(
                _logit(answer, self._settings.largest_logit), answer.frame, shape_zyx
            )
            whole[where] = values
        evidence = {} if answer is None else answer.evidence
        certainty = self._manifest.certainty
        return Prediction(whole, None if certainty is None else certainty.of(evidence), evidence)

    def _check(self, corrections: Sequence[Correction], shape_zyx: Sequence[int]) -> None:
        if not self.takes_corrections:
            raise CallError.about(
                f"model {self._manifest.name}",
                expected="a model that takes corrections",
                found="one that was trained without them",
                hint="Call it without corrections, or take a newer model.",
            )
        check_corrections(corrections, shape_zyx)

    def _views(self, mirror: int) -> int:
        return max(mirror, self._settings.least_views)

    def _run(self, batch: Floats) -> Floats:
        """Turn channels into the lesion's probability."""
        logits = self._engine(batch)[:, 0]
        if not np.isfinite(logits).all():
            raise not_finite(self._manifest.name, self._engine)
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


def _logit(answer: Answer, largest: float) -> Floats:
    """Give the logit of an answer's probability less that of its threshold, limited."""
    probability = np.clip(answer.probability, 1e-6, 1 - 1e-6)
    threshold = np.float32(np.log(answer.threshold / (1 - answer.threshold)))
    logit = np.log(probability / (1 - probability)) - threshold
    return np.asarray(np.clip(logit, -largest, largest), dtype=np.float32)
