import pytest

from algorithm.inference.corrections import Correction, check_corrections
from uls.workshop.errors import CallError

SHAPE = (4, 5, 6)


def test_corrections_within_the_voi_are_taken() -> None:
    corners = [Correction((0, 0, 0), inside=True), Correction((3, 4, 5), inside=False)]
    check_corrections([*corners, corners[0]], SHAPE)
    check_corrections([], SHAPE)


@pytest.mark.parametrize("at", [(-1, 0, 0), (4, 0, 0), (0, 5, 0), (0, 0, 6), (0, 0)])
def test_a_correction_beyond_the_voi_is_named(at: tuple[int, int, int]) -> None:
    corrections = [Correction((1, 1, 1), inside=True), Correction(at, inside=True)]
    with pytest.raises(CallError, match=r"correction 2: expected a voxel .* of 4 x 5 x 6 voxels"):
        check_corrections(corrections, SHAPE)


def test_a_voxel_cannot_be_both() -> None:
    both = [Correction((1, 2, 3), inside=inside) for inside in (True, False)]
    with pytest.raises(CallError, match=r"correction 2.*\(1, 2, 3\) corrected as both"):
        check_corrections(both, SHAPE)
