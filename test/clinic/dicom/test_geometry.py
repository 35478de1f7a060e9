"""Voxels lie where their headers say, whatever way the slices are turned and the files named."""

import math
from pathlib import Path

import numpy as np
import pytest
from dicom_series import body, save, synthetic_series

from clinic.dicom.read import read_dicom

_TURN = math.radians(25)
TURNS = {
    "axial": ((1, 0, 0), (0, 1, 0)),
    "flipped": ((-1, 0, 0), (0, 1, 0)),
    "feet first": ((-1, 0, 0), (0, -1, 0)),
    "upside down": ((1, 0, 0), (0, -1, 0)),
    "coronal": ((1, 0, 0), (0, 0, -1)),
    "sagittal": ((0, 1, 0), (0, 0, -1)),
    "oblique": (
        (math.cos(_TURN), math.sin(_TURN), 0),
        (-math.sin(_TURN) * math.cos(0.3), math.cos(_TURN) * math.cos(0.3), math.sin(0.3)),
    ),
}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("turn", list(TURNS))
def test_every_voxel_is_where_the_standard_puts_it(
    turn: str, backwards: bool, tmp_path: Path
) -> None:
    """PS3.3 C.7.6.2.1.1: position + column index · row direction · column spacing + …"""
    hu, spacing, origin = body(7, 20, 30), (0.7, 0.9, 1.5), (-11.0, 22.0, -333.0)
    slices = synthetic_series(hu, spacing=spacing, origin=origin, axes=TURNS[turn])

    scan = read_dicom(save(slices, tmp_path, backwards=backwards))

    row, column = np.array(TURNS[turn], float)
    normal = np.cross(row, column)
    for k, j, i in ((0, 0, 0), (6, 0, 29), (0, 19, 0), (6, 19, 29), (3, 7, 11)):
        mm = np.array(origin) + i * 0.7 * row + j * 0.9 * column + k * 1.5 * normal
        x, y, z = scan.grid.to_index(mm)
        assert (x, y, z) == pytest.approx((i, j, k), abs=0.01)
        assert scan.hu[round(z), round(y), round(x)] == hu[k, j, i]
        np.testing.assert_allclose(scan.grid.to_mm((i, j, k)), mm, atol=0.01)
    assert [s.sop_instance_uid for s in scan.slices] == [d.SOPInstanceUID for d in slices]


def test_slices_that_are_stored_from_head_to_feet_are_turned_with_their_uids(
    tmp_path: Path,
) -> None:
    slices = synthetic_series(body(7, 20, 30))

    scan = read_dicom(save(slices[::-1], tmp_path))

    assert [s.sop_instance_uid for s in scan.slices] == [d.SOPInstanceUID for d in slices]
    np.testing.assert_array_equal(scan.hu, body(7, 20, 30))


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_positions_may_be_rounded(decimals: int, tmp_path: Path) -> None:
    slices = synthetic_series(body(60, 8, 8), spacing=(0.7, 0.7, 0.625))
    for dataset in slices:
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, round(float(z), decimals)]

    assert read_dicom(save(slices, tmp_path)).grid.spacing_mm[2] == pytest.approx(0.625, abs=2e-3)
