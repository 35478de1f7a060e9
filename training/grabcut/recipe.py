"""The numbers of the GrabCut recipe."""

from dataclasses import dataclass

__all__ = ["DEFAULT_RECIPE", "GrabCutRecipe"]


@dataclass(frozen=True)
class GrabCutRecipe:
    """How pseudo-masks are cut and chosen (the challenge's data preparation).

    Attributes:
        iterations: of OpenCV's GrabCut.
        short_axis_share: the short axis in pixels, divided by this and rounded down, is how often
            the box is dilated and the ellipse eroded.
        margins_hu: by how much the windows around the ellipse's HU are wider than those.
        ellipse_handicap: added to the plain ellipse's error, in percent: of two masks that fit
            about as well, the one that follows the picture is taken.
    """

    iterations: int = 25
    short_axis_share: float = 5.0
    margins_hu: tuple[float, ...] = (50.0, 100.0)
    ellipse_handicap: float = 2.5


DEFAULT_RECIPE = GrabCutRecipe()
