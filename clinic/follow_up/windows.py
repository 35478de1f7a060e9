"""CT windows: the HU range that a picture shows, as the data set's authors set it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ABDOMEN", "THORAX", "WINDOWS", "Window", "windowed"]


@dataclass(frozen=True)
class Window:
    """A range of HU by its middle and its width."""

    level_hu: float
    width_hu: float

    @property
    def low_hu(self) -> float:
        """Where black begins."""
        return self.level_hu - self.width_hu / 2

    @property
    def high_hu(self) -> float:
        """Where white begins."""
        return self.level_hu + self.width_hu / 2


THORAX = Window(level_hu=-500, width_hu=1400)
ABDOMEN = Window(level_hu=40, width_hu=350)

WINDOWS = {
    "thorax": THORAX,
    "lung": THORAX,
    "abdomen": ABDOMEN,
    "mediastinum": Window(level_hu=50, width_hu=350),
    "bone": Window(level_hu=400, width_hu=1000),
    "air": Window(level_hu=-426, width_hu=1000),
    "brain": Window(level_hu=50, width_hu=100),
}
"""By region, and by the names that windows_mapping.json has."""


def windowed(hu: npt.NDArray[Any], window: Window) -> npt.NDArray[np.uint8]:
    """Show a window in 8 bits: its lower end and below become 0, its upper end and above 255.

    Args:
        hu: any shape, any real dtype.
        window: the range that is spread over 0 to 255, linearly, to the nearest number.
    """
    shares = (np.asarray(hu, dtype=np.float64) - window.low_hu) / window.width_hu
    return np.rint(255 * np.clip(shares, 0, 1)).astype(np.uint8)
