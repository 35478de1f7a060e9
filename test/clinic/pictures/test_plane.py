"""Key images look the same whatever way the scan is stored: right is left, front is on top."""

import numpy as np
import pytest
from bright_predictor import bright_model
from clinic_scans import CENTRE_MM, DIRECTIONS, scan_of

import clinic
from clinic.pictures.key_image import key_image
from clinic.pictures.plane import Plane
from clinic.scans.scan import Scan

_TURNS = ["axial", "RAS", "flipped", "feet first", "coronal", "sagittal"]


def _marked(name: str) -> Scan:
    """A scan with a bright bar to the patient's left, and a dark one to the back of the lesion."""
    scan, _ = scan_of(DIRECTIONS[name], shape=(41, 41, 41), spacing=(1.0, 1.0, 1.0))
    for away, value in (((14, 0, 0), 60), ((0, 12, 0), -50)):
        i, j, k = (round(a) for a in scan.grid.to_index(np.add(CENTRE_MM, away)))
        scan.hu[k, j, i] = value
    return scan


@pytest.mark.parametrize("name", _TURNS)
def test_left_is_on_the_right_and_back_is_below(name: str) -> None:
    scan = _marked(name)
    axial = scan.grid.axial
    z, y, x = axial.turned(scan.grid.to_index(CENTRE_MM)[::-1])
    plane = Plane(scan, round(z), (y, x), side_mm=41.0, side_px=41)

    hu = plane.hu()

    assert hu[20, 20] == 90
    assert hu[20, 34] == 60
    assert hu[32, 20] == -50
    np.testing.assert_allclose(plane.to_px((y, x)), (20, 20))


@pytest.mark.parametrize("name", _TURNS[1:])
def test_the_whole_key_image_is_that_of_the_scan_stored_otherwise(name: str) -> None:
    """Longest lines of equal length may be other ones: the slice's figures must be the same."""
    pictures = []
    for turn in ("axial", name):
        scan = _marked(turn)
        lesion = clinic.Session(scan, model=bright_model()).segment(CENTRE_MM, mm="LPS")
        pictures.append(key_image(scan, lesion, 1, "bright").astype(int))

    differs = np.abs(pictures[0] - pictures[1]).max(axis=2) > 40
    assert differs[:640].mean() < 0.05
    assert not differs[640:].any()


def test_beyond_the_scan_it_is_black() -> None:
    scan = _marked("axial")

    hu = Plane(scan, 20, (0.0, 0.0), side_mm=40.0, side_px=40).hu()

    assert np.isnan(hu[:19]).all()
    assert np.isfinite(hu[21:, 21:]).all()
