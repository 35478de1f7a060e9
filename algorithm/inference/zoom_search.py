"""The search for the clicked lesion: look, fit the zoom, look from the lesion's centre, average.

First looks are centred on the click. The zoom is fitted until the component found there takes its
share of the patch. Then the patch is centred on the component and its deepest point is clicked, so
that other clicks in the same lesion come to the same answer. A box sets centre and zoom at once.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from algorithm.inference.boxes import Box
from algorithm.inference.evidence import evidence_of
from algorithm.inference.zoom_agreement import best, share_as_large
from algorithm.inference.zoom_average import click_shares, mean_probability
from algorithm.inference.zoom_look import Axes, Look, Sight, Viewer
from algorithm.inference.zoom_measure import Found, deepest_zyx, diameter_of, found, holds
from algorithm.inference.zoom_step import Steps
from algorithm.models.zoom_patch import Floats, Frame, Point
from algorithm.models.zoom_settings import ZoomSettings

__all__ = ["Answer", "Search"]


@dataclass(frozen=True)
class Answer:
    """Where the lesion is: its probability on a patch, and from which on a voxel is lesion.

    Attributes:
        frame: of the patch.
        probability: of each of its voxels.
        threshold: above which a voxel is lesion.
        evidence: what speaks for it (`algorithm.inference.evidence`).
    """

    frame: Frame
    probability: Floats
    threshold: float
    evidence: dict[str, float]


class Search:
    """The search in one VOI.

    Args:
        viewer: shows the VOI to the network.
        click_zyx: the user's click, or one that stands for it.
        settings: the search's hyper-parameters.
    """

    def __init__(self, viewer: Viewer, click_zyx: Point, settings: ZoomSettings) -> None:
        self._viewer = viewer
        self._click = click_zyx
        self._settings = settings
        self._first_mm: list[float] = []
        self._steps = Steps(settings, pixel_mm=min(viewer.spacing_zyx_mm[1:]))

    def answer(self, views: Sequence[Axes]) -> Answer | None:
        """Search for the lesion; the last looks are averaged over flipped views.

        Returns:
            None where nothing was found at the click, however low the threshold.
        """
        if self._viewer.box is not None:
            lesion = self._in_box(self._viewer.box)
        else:
            lesion = self._around_click()
        return None if lesion is None else self._averaged(lesion, views)

    def _around_click(self) -> Found | None:
        lesion = self._first()
        if lesion is None:
            return None
        return self._recentred(self._fitted(lesion))

    def _first(self) -> Found | None:
        """Look from the start zooms, then from others, then with less and less certainty."""
        settings = self._settings
        looks = self._look_at_steps(settings.start_steps_mm)
        lesions = self._found_in(looks, settings.threshold)
        self._first_mm = [lesion.diameter_mm for lesion in lesions]
        if settings.fit_every_start:
            lesions = [self._fitted(lesion) for lesion in lesions]
        for step_mm in settings.retry_steps_mm:
            if lesions:
                break
            looks += self._look_at_steps([step_mm])
            lesions = self._found_in(looks[-1:], settings.threshold)
        return best(lesions, self._settings) if lesions else self._least_unlikely(looks)

    def _in_box(self, box: Box) -> Found | None:
        """Look at a box once: it says where the lesion is, and how large."""
        sides = list(zip(box.start_zyx, box.stop_zyx, self._viewer.spacing_zyx_mm, strict=True))
        z, y, x = ((start + stop - 1) / 2 for start, stop, _ in sides)
        extents_mm = [(stop - start) * spacing for start, stop, spacing in sides]
        step_mm = self._steps.filling(
            diameter_of(
                math.pi / 6 * math.prod(extents_mm), extents_mm, self._settings.extent_share
            ),
            max(extents_mm),
        )
        step_mm = self._steps.within_limits(step_mm, self._settings.widest_touching_step_mm)
        looks = self._viewer.look([self._viewer.sight((z, y, x), step_mm, click_zyx=self._click)])
        lesions = self._found_in(looks, self._settings.threshold)
        return lesions[0] if lesions else self._least_unlikely(looks)

    def _fitted(self, lesion: Found) -> Found:
        """Look again, closer or farther, until the lesion takes its share of the patch."""
        for _ in range(self._settings.max_passes - 1):
            step_mm = self._steps.next_after(lesion)
            if self._steps.is_stable(step_mm, lesion.step_mm):
                break
            again = self._look_at_steps([step_mm])
            lesions = self._found_in(again, lesion.threshold)
            if not lesions or not self._steps.confirms(lesions[0], lesion):
                break
            lesion = lesions[0]
        return lesion

    def _recentred(self, lesion: Found) -> Found:
        """Look from the lesion's centre, clicked where it is deepest, while it holds the click."""
        for _ in range(self._settings.recentre_rounds):
            sight = self._sight_around(lesion)
            if self._steps.is_near(sight, lesion.look.sight):
                break
            (look,) = self._viewer.look([sight])
            again = found(look, self._settings, threshold=lesion.threshold)
            if again is None or not self._steps.confirms(again, lesion):
                break
            if not holds(again.mask, look, self._click, self._settings):
                break
            lesion = again
        return lesion

    def _averaged(self, lesion: Found, views: Sequence[Axes]) -> Answer:
        """Average over some clicks and all views in the lesion's frame, if that keeps the click."""
        frame = lesion.look.sight.frame
        shares = click_shares(lesion, self._click, self._settings)
        looks = self._viewer.look([Sight(frame, click) for click in shares], views=views)
        averaged = Look(
            lesion.look.sight,
            mean_probability(looks, list(shares.values()), self._settings.least_probability),
        )
        foreground = averaged.probability > lesion.threshold
        kept = averaged if holds(foreground, averaged, self._click, self._settings) else lesion.look
        evidence = evidence_of(
            kept,
            looks,
            threshold=lesion.threshold,
            votes=self._votes(lesion),
            shell_voxels=self._settings.shell_voxels,
        )
        return Answer(frame, kept.probability, lesion.threshold, evidence)

    def _votes(self, lesion: Found) -> float:
        """Give the share of first looks that found a lesion as large; 1 where a box was given."""
        if self._viewer.box is not None:
            return 1.0
        return share_as_large(self._first_mm, lesion, self._settings)

    def _look_at_steps(self, steps_mm: Sequence[float]) -> list[Look]:
        """Look at the click with some steps, as far as they are within the limits."""
        widest = self._settings.widest_touching_step_mm
        steps = [self._steps.within_limits(step_mm, widest) for step_mm in steps_mm]
        return self._viewer.look(
            [self._viewer.sight(self._click, step, click_zyx=self._click) for step in steps]
        )

    def _found_in(self, looks: Sequence[Look], threshold: float) -> list[Found]:
        lesions = (found(look, self._settings, threshold=threshold) for look in looks)
        return [lesion for lesion in lesions if lesion is not None]

    def _least_unlikely(self, looks: Sequence[Look]) -> Found | None:
        """Lower the threshold until a look has something at the click."""
        for threshold in self._lower_thresholds():
            if lesions := self._found_in(looks, threshold):
                return best(lesions, self._settings)
        return None

    def _lower_thresholds(self) -> Iterator[float]:
        settings = self._settings
        threshold = settings.threshold
        while threshold > settings.lowest_threshold:
            threshold = max(threshold * settings.threshold_factor, settings.lowest_threshold)
            yield threshold

    def _sight_around(self, lesion: Found) -> Sight:
        """Aim at a lesion's centre and click where it is deepest; small changes of zoom wait."""
        step_mm = self._steps.next_after(lesion)
        if self._steps.is_stable(step_mm, lesion.step_mm):
            step_mm = lesion.step_mm
        return self._viewer.sight(lesion.centre_zyx, step_mm, click_zyx=deepest_zyx(lesion))
