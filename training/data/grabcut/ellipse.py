"""An ellipse with a lesion's two measured diameters as its axes."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.data.cases.case import Line, Measurement, Point

__all__ = ["Ellipse", "fit_ellipse", "length"]


@dataclass(frozen=True)
class Ellipse:
    """An ellipse on a slice.

    Attributes:
        centre: (x, y) in pixels.
        along: unit vector (x, y) of its long axis.
        long: length of the long axis in pixels.
        short: length of the short axis in pixels.
    """

    centre: Point
    along: Point
    long: float
    short: float

    def drawn(self, shape_yx: tuple[int, int]) -> npt.NDArray[np.bool_]:
        """Mark the pixels whose centres lie in it.

        A diameter runs from pixel centre to pixel centre, and the pixels at its ends belong to the
        lesion: the drawn ellipse reaches half a pixel further on either side.
        """
        rows, columns = np.ogrid[: shape_yx[0], : shape_yx[1]]
        right, down = columns - self.centre[0], rows - self.centre[1]
        u = (right * self.along[0] + down * self.along[1]) / ((self.long + 1) / 2)
        v = (down * self.along[0] - right * self.along[1]) / ((self.short + 1) / 2)
        return np.asarray(u * u + v * v <= 1)


def length(line: Line) -> float:
    """Length of a line in pixels."""
    return math.dist(*line)


def fit_ellipse(measurement: Measurement) -> Ellipse:
    """Lay an ellipse through two diameters: their lengths are its axes.

    It lies along the long diameter. Its centre is the long diameter's middle, moved across it to
    where the short diameter's middle is: the short one need not be cut in half by the long one.
    The longer one is taken for the long one, whichever was named so.
    """
    long, short = sorted((measurement.long, measurement.short), key=length, reverse=True)
    along = _direction(long)
    middle, other = _middle(long), _middle(short)
    across = (other[1] - middle[1]) * along[0] - (other[0] - middle[0]) * along[1]
    centre = (middle[0] - across * along[1], middle[1] + across * along[0])
    return Ellipse(centre, along, length(long), length(short))


def _middle(line: Line) -> Point:
    (x0, y0), (x1, y1) = line
    return (x0 + x1) / 2, (y0 + y1) / 2


def _direction(line: Line) -> Point:
    size = length(line)
    if not size:
        return 1.0, 0.0
    (x0, y0), (x1, y1) = line
    return (x1 - x0) / size, (y1 - y0) / size
