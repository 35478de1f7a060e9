"""Grids: perpendicular axes, plausible spacings, and masks that lie where their scans do."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from uls.images.grid import Geometry, check_grid, check_same_grid, is_same_place, perpendicular
from uls.images.scan_reading import read_image
from uls.workshop.errors import InputError

STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
PATH = Path("scan.mha")
SCAN = Geometry((100, 100, 50), (0.7, 0.7, 2.0), (1.0, 2.0, 3.0), STRAIGHT)


def sheared(by: float) -> tuple[float, ...]:
    return (1.0, by, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def test_rounded_axes_stay_as_they_are_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    assert perpendicular(sheared(1e-6), PATH) == sheared(1e-6)
    assert not caplog.text


@pytest.mark.parametrize("by", [1e-4, 1e-3])
def test_axes_a_hair_off_become_the_nearest_perpendicular_ones(
    by: float, caplog: pytest.LogCaptureFixture
) -> None:
    """A shear by b is a turn by b / 2 and a stretch, to first order in b."""
    axes = np.reshape(perpendicular(sheared(by), PATH), (3, 3))
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(axes, [[1, by / 2, 0], [-by / 2, 1, 0], [0, 0, 1]], atol=by**2)
    assert "scan.mha: axes off perpendicular" in caplog.text


@pytest.mark.parametrize("direction", [sheared(0.01), (0.0,) * 9, (float("nan"),) * 9])
def test_axes_that_are_none_are_refused(direction: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match=r"perpendicular axes.*Resample"):
        perpendicular(direction, PATH)


def test_a_mirrored_scan_stays_mirrored() -> None:
    mirrored = (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    assert perpendicular(mirrored, PATH) == mirrored


@pytest.mark.parametrize("step", [1e-300, 1e-9, 0.009, 100.1, 1e300, float("inf"), float("nan")])
def test_spacings_that_no_scan_has_are_refused(step: float) -> None:
    with pytest.raises(InputError, match=r"spacings of 0\.01 to 100 mm"):
        check_grid((1.0, step, 1.0), STRAIGHT, PATH)


@pytest.mark.parametrize("step", [0.01, 100.0])
def test_the_limits_themselves_are_accepted(step: float) -> None:
    assert check_grid((1.0, step, 1.0), STRAIGHT, PATH) == STRAIGHT


@pytest.mark.parametrize("suffix", ["mha", "nrrd"])
@pytest.mark.parametrize("spacing", ["1e-9 1 1", "1000 1 1", "0 1 1"])
def test_a_file_with_such_a_spacing_is_refused(tmp_path: Path, spacing: str, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((2, 3, 4), np.int16)), str(path))
    old, new = {
        "mha": ("ElementSpacing = 1 1 1", f"ElementSpacing = {spacing}"),
        "nrrd": ("(1,0,0)", f"({spacing.split(maxsplit=1)[0]},0,0)"),
    }[suffix]
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    with pytest.raises(InputError, match=r"a\."):
        read_image(path)


def test_rounding_is_no_other_place() -> None:
    other = Geometry((100, 100, 50), (0.70001, 0.7, 2.0), (1.05, 2.0, 3.0), sheared(5e-4))
    assert is_same_place(SCAN, other)


@pytest.mark.parametrize(
    "other",
    [
        Geometry((100, 100, 50), (0.71, 0.7, 2.0), (1.0, 2.0, 3.0), STRAIGHT),
        Geometry((100, 100, 50), (0.7, 0.7, 2.0), (1.2, 2.0, 3.0), STRAIGHT),
        Geometry((100, 100, 50), (0.7, 0.7, 2.0), (1.0, 2.0, 3.0), sheared(0.01)),
        Geometry((100, 100, 50), (0.7, 0.7, 2.0), (1.0, 2.0, 3.0), tuple(-x for x in STRAIGHT)),
    ],
)
def test_a_mask_elsewhere_is_refused_unless_its_grid_is_trusted(other: Geometry) -> None:
    with pytest.raises(InputError, match="expected its image's spacing, origin and direction"):
        check_same_grid(SCAN, other, PATH)
    check_same_grid(SCAN, other, PATH, trust_grid=True)


def test_a_mask_of_another_size_is_refused_in_any_case() -> None:
    other = Geometry((100, 100, 49), (0.7, 0.7, 2.0), (1.0, 2.0, 3.0), STRAIGHT)
    with pytest.raises(InputError, match=r"\(100, 100, 50\) voxels.*found \(100, 100, 49\)"):
        check_same_grid(SCAN, other, PATH, trust_grid=True)
