"""Lesions that share voxels are said to; counts against whole arrays."""

import numpy as np
from bright_predictor import bright_model
from clinic_scans import CENTRE_MM, scan_of
from hypothesis import given
from hypothesis import strategies as st

import clinic
from clinic.segmentation.overlaps import shared_voxels
from uls.geometry.cropped import cropped

_masks = st.lists(st.booleans(), min_size=60, max_size=60)


@given(_masks, _masks)
def test_shared_voxels_against_whole_arrays(one: list[bool], other: list[bool]) -> None:
    a, b = (np.array(mask).reshape(3, 4, 5) for mask in (one, other))

    assert shared_voxels(cropped(a), cropped(b)) == np.count_nonzero(a & b)


def test_the_same_lesion_clicked_twice_and_a_part_of_it() -> None:
    scan, lesion = scan_of(np.eye(3))
    scan.hu[lesion & (np.indices(lesion.shape)[0] > 20)] = 78
    session = clinic.Session(scan, model=bright_model())
    x, y, z = CENTRE_MM

    session.segment(CENTRE_MM, mm="LPS")
    again = session.segment((x + 1, y, z - 3), mm="LPS")
    part = session.change_threshold(2.0)

    assert again.warnings == ("it is lesion 1 once more: the same voxels",)
    assert part.warnings == (f"it shares {part.mask.n_voxels} voxels with lesion 1",)
