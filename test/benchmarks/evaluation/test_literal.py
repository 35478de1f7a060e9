"""The literal definitions: worked-out cases, and ours against them on hostile masks in small."""

import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.evaluation import literal
from benchmarks.evaluation.literal import Diameters
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import cropped
from uls.geometry.overlap import click_move_zyx, moved_dice
from uls.workshop.errors import CallError

Mask = npt.NDArray[Any]


def slices(*drawings: str) -> Mask:
    """One slice a drawing, its rows parted by spaces: `.` is outside, `#` inside."""
    rows = [[[c == "#" for c in row] for row in drawing.split()] for drawing in drawings]
    return np.array(rows, dtype=np.uint8)


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (slices("...", "..."), Diameters(0, 0)),
        (slices("... .#. ..."), Diameters(0, 0)),
        (slices("##"), Diameters(1, 1)),
        (slices("### ### ###"), Diameters(8**0.5, 8**0.5)),
        (slices("##...#", "....##"), Diameters(1, 1)),
        (slices("#....", "#####"), Diameters(4, 4)),  # all on one line: the tolerance ends at 91
        (slices(".#. ### .#."), Diameters(2, 2)),
    ],
)
def test_cases_on_paper(mask: Mask, expected: Diameters) -> None:
    found = literal.diameters(mask)
    assert (found.long, found.short) == pytest.approx((expected.long, expected.short))


def test_dice_and_sape() -> None:
    """2 of 3 and 4 voxels in common: 4/7. |3 − 1| / 4."""
    assert literal.dice(np.array([1, 9, 1, 0, 0]), np.array([1, 1, 0, 3, 1])) == 4 / 7
    assert literal.dice(np.zeros(3), np.zeros(3)) == 0
    assert (literal.sape(3, 1), literal.sape(0, 0), literal.sape(0, 2)) == (0.5, 0, 1)


def test_a_shift_is_floored_against_x_and_y_and_with_z() -> None:
    """−0.1 mm of 1 mm voxels is −1 voxel along x: b moves one voxel to the right, onto a."""
    a, b = np.zeros((2, 5, 5, 5))
    a[2, 2, 3] = b[2, 2, 2] = 1
    assert literal.moved_dice(a, b, shift_mm=(-0.1, 0.9, 0.0), spacing_mm=(1, 1, 1)) == 1
    assert literal.moved_dice(a, b, shift_mm=(0.0, 0.0, 0.0), spacing_mm=(1, 1, 1)) == 0
    assert literal.moved_dice(a, b * 0, shift_mm=(0.0, 0.0, 0.0), spacing_mm=(1, 1, 1)) == 0


# Masks that are meant to exhaust an evaluator, in small; test_axes.py has them in full size.


def full(size: int) -> Mask:
    return np.ones((2, size, size), dtype=np.bool_)


def checkerboard(size: int) -> Mask:
    return np.asarray(np.indices((2, size, size)).sum(axis=0) % 2 == 0)


def comb(size: int) -> Mask:
    mask = np.zeros((2, size, size), dtype=np.bool_)
    mask[:, ::2] = True
    mask[:, :, 0] = True
    return mask


def snake(size: int) -> Mask:
    """Full rows, joined at alternating ends."""
    mask = comb(size)
    mask[:, 1::2, 0] = False
    mask[:, 1::4, -1] = True
    mask[:, 3::4, 0] = True
    return mask


def noise(size: int) -> Mask:
    return np.asarray(np.random.default_rng(size).random((2, size, size)) < 0.6)


@pytest.mark.parametrize("size", [3, 8, 13, 22])
@pytest.mark.parametrize("shape", [full, checkerboard, comb, snake, noise])
def test_hostile_masks_measure_as_in_the_definition(shape: Any, size: int) -> None:
    mask = shape(size)
    axes = lesion_axes(cropped(mask))
    assert axes is not None
    expected = literal.diameters(mask)
    assert (axes.long.length, axes.short.length) == pytest.approx((expected.long, expected.short))


@pytest.mark.parametrize("shift", [(0.0, 0.0, 0.0), (-3.5, 2.2, 0.9), (30.0, -2.0, -1.0)])
@pytest.mark.parametrize("shape", [full, checkerboard, comb, noise])
def test_hostile_masks_move_as_in_the_definition(
    shape: Any, shift: tuple[float, float, float]
) -> None:
    a, b, spacing = noise(15), shape(15), (0.7, 0.9, 1.0)
    move = click_move_zyx(shift, spacing, shape_zyx=a.shape)  # type: ignore[arg-type]
    ours = moved_dice(cropped(a), cropped(b), move_zyx=move)
    assert ours == pytest.approx(literal.moved_dice(a, b, shift_mm=shift, spacing_mm=spacing))


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.ndimage", None)
    with pytest.raises(CallError, match=r"'\.\[report\]'"):
        literal.check_scipy()
