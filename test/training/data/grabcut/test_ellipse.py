import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.cases.case import Measurement
from training.data.cases.ellipse_axes import ellipse_axes
from training.data.grabcut.ellipse import Ellipse, fit_ellipse
from uls.geometry.cropped import cropped


def test_two_diameters_that_cut_each_other_in_half_are_the_axes() -> None:
    ellipse = fit_ellipse(Measurement(long=((10, 20), (30, 20)), short=((20, 14), (20, 26))))
    assert ellipse == Ellipse(centre=(20, 20), along=(1, 0), long=20, short=12)


def test_the_centre_moves_across_the_long_diameter_only() -> None:
    # the short one lies 4 to the right of the long one's middle, and reaches 2 up and 10 down
    ellipse = fit_ellipse(Measurement(long=((10, 20), (30, 20)), short=((24, 18), (24, 30))))
    assert ellipse.centre == (20, 24)


def test_the_longer_one_is_the_long_axis_whichever_it_was_called() -> None:
    a, b = ((20.0, 14.0), (20.0, 26.0)), ((10.0, 20.0), (30.0, 20.0))
    assert fit_ellipse(Measurement(long=a, short=b)) == fit_ellipse(Measurement(long=b, short=a))


@given(
    angle=st.floats(0, math.pi),
    long=st.floats(20, 60),
    share=st.floats(0.5, 1.0),
    centre=st.tuples(st.floats(40, 60), st.floats(40, 60)),
)
def test_a_drawn_ellipse_has_its_axes_and_its_place(
    angle: float, long: float, share: float, centre: tuple[float, float]
) -> None:
    along = (math.cos(angle), math.sin(angle))
    drawn = Ellipse(centre, along, long, long * share).drawn((100, 100))
    axes = ellipse_axes(cropped(drawn[None]))
    assert axes.long == pytest.approx(long + 1, abs=1.0)
    assert axes.short == pytest.approx(long * share + 1, abs=1.0)
    rows, columns = np.nonzero(drawn)
    assert (columns.mean(), rows.mean()) == pytest.approx(centre, abs=0.5)


def test_ends_of_the_axes_are_inside_and_nothing_behind_them() -> None:
    drawn = Ellipse((20, 20), (1, 0), 20, 12).drawn((40, 40))
    assert np.flatnonzero(drawn[20]).tolist() == list(range(10, 31))
    assert np.flatnonzero(drawn[:, 20]).tolist() == list(range(14, 27))


def test_ends_are_inside_between_rows_too() -> None:
    """Both diameters have their middle at 13.5."""
    ellipse = fit_ellipse(Measurement(long=((8, 14), (19, 14)), short=((13, 10), (13, 17))))
    drawn = ellipse.drawn((30, 30))
    assert np.flatnonzero(drawn[14]).tolist() == list(range(8, 20))
    assert np.flatnonzero(drawn[:, 13]).tolist() == list(range(10, 18))


def test_diameters_of_no_length_stand_for_a_pixel() -> None:
    point = ((3.0, 4.0), (3.0, 4.0))
    drawn = fit_ellipse(Measurement(long=point, short=point)).drawn((9, 9))
    assert np.argwhere(drawn).tolist() == [[4, 3]]


def test_outside_the_slice_there_is_nothing() -> None:
    assert not Ellipse((99, 99), (1, 0), 4, 4).drawn((9, 9)).any()
