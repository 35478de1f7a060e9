"""How close to look: the step from voxel to voxel at which a lesion takes its share of a patch."""

import math

from algorithm.inference.zoom_look import Sight
from algorithm.inference.zoom_measure import Found
from algorithm.models.zoom_patch import PATCH_SIZE
from algorithm.models.zoom_settings import ZoomSettings

__all__ = ["Steps"]


class Steps:
    """The steps at which lesions of one VOI are looked at, in mm.

    Args:
        settings: the search's hyper-parameters.
        pixel_mm: the smaller of the VOI's spacings within a slice.
    """

    def __init__(self, settings: ZoomSettings, pixel_mm: float) -> None:
        self._settings = settings
        narrowest = max(settings.narrowest_step_mm, settings.narrowest_step_pixels * pixel_mm)
        self._narrowest_mm = min(narrowest, settings.widest_step_mm)

    def next_after(self, lesion: Found) -> float:
        """Give the step at which the lesion takes its share of the patch, as far as is known."""
        settings, step_mm = self._settings, lesion.step_mm
        wish = self.filling(lesion.diameter_mm, max(lesion.extents) * step_mm)
        widest = settings.widest_step_mm
        if lesion.faces >= settings.touching_faces:
            wish = max(wish, step_mm * settings.widen_touching)
            widest = settings.widest_touching_step_mm
        change = settings.largest_change
        return self.within_limits(min(max(wish, step_mm / change), step_mm * change), widest)

    def filling(self, diameter_mm: float, extent_mm: float) -> float:
        """Give the step at which a lesion of a size takes its share of the patch."""
        settings = self._settings
        fill = max(diameter_mm / settings.target_fill, extent_mm / settings.largest_extent)
        return fill / PATCH_SIZE

    def within_limits(self, step_mm: float, widest_mm: float) -> float:
        """Give the step that may be taken instead of one that is too narrow or too wide."""
        return min(max(step_mm, self._narrowest_mm), widest_mm)

    def is_stable(self, step_mm: float, before_mm: float) -> bool:
        """Say whether two steps differ too little to look again."""
        return abs(math.log(step_mm / before_mm)) <= math.log(self._settings.stable_change)

    def confirms(self, again: Found, before: Found) -> bool:
        """Say whether a second look found about the same lesion; one cut off before may grow."""
        change = again.diameter_mm / before.diameter_mm
        limit = self._settings.largest_surprise
        return 1 / limit <= change and (change <= limit or before.faces > 0)

    def is_near(self, sight: Sight, other: Sight) -> bool:
        """Say whether two sights differ too little to look again."""
        moved = [
            math.dist(other.frame.to_patch(here), other.frame.to_patch(there))
            for here, there in (
                (sight.frame.centre_zyx, other.frame.centre_zyx),
                (sight.click_zyx, other.click_zyx),
            )
        ]
        return sight.step_mm == other.step_mm and max(moved) <= self._settings.stable_shift
