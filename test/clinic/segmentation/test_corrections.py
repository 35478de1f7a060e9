"""A correction click adds or takes away a part; a stroke changes one slice; undo takes it back."""

import numpy as np
import pytest
from bright_predictor import bright_model
from clinic_scans import scan_of, whole

import clinic
from clinic.scans.scan import Scan
from clinic.segmentation.draft import Painted
from uls.workshop.errors import InputError

_FIRST = np.s_[18:22, 10:14, 10:14]
_SECOND = np.s_[18:22, 30:34, 30:34]


def _two_cubes(*, joined: bool = False) -> Scan:
    scan, _ = scan_of(np.eye(3), spacing=(1.0, 1.0, 1.0))
    scan.hu[:] = 40
    scan.hu[_FIRST] = scan.hu[_SECOND] = 90
    if joined:
        scan.hu[20, 12, 10:32] = scan.hu[20, 12:32, 31] = 90
    return scan


def test_a_click_inside_adds_the_other_part() -> None:
    session = clinic.Session(_two_cubes(), model=bright_model())
    assert session.segment((12, 12, 20)).mask.n_voxels == 64

    both = session.include((32, 32, 20))

    assert both.mask.n_voxels == 128
    assert both.warnings[-1] == "corrected by hand in 1 step"
    session.undo()
    assert session.lesions[0].mask.n_voxels == 64


def test_a_click_outside_takes_away_what_is_nearer_to_it() -> None:
    scan = _two_cubes(joined=True)
    session = clinic.Session(scan, model=bright_model())
    assert whole(session.segment((12, 12, 20)).mask)[_SECOND].all()

    left = whole(session.exclude((32, 32, 20)).mask)

    assert left[_FIRST].all()
    assert not left[_SECOND].any()


@pytest.mark.parametrize("place", [(12, 12, 20), (25, 25, 5)], ids=["the click", "beside"])
def test_a_click_outside_must_hit_the_mask(place: tuple[int, int, int]) -> None:
    session = clinic.Session(_two_cubes(), model=bright_model())
    before = session.segment((12, 12, 20))

    with pytest.raises(InputError, match="a place in the mask"):
        session.exclude(place)

    assert session.lesions == [before]


def test_a_stroke_changes_its_slice_only() -> None:
    session = clinic.Session(_two_cubes(), model=bright_model())
    before = whole(session.segment((12, 12, 20)).mask)

    after = whole(session.paint(Painted(0, ((20.0, 24.0, 24.0),), 1.0, adds=True)).mask)

    added = after & ~before
    assert sorted(map(tuple, np.argwhere(added).tolist())) == [
        (20, 23, 24), (20, 24, 23), (20, 24, 24), (20, 24, 25), (20, 25, 24),
    ]  # fmt: skip
    erased = session.paint(Painted(0, ((20.0, 24.0, 24.0),), 1.0, adds=False))
    np.testing.assert_array_equal(whole(erased.mask), before)


def test_an_erased_lesion_is_empty_and_comes_back() -> None:
    session = clinic.Session(_two_cubes(), model=bright_model())
    session.segment((12, 12, 20))
    for z in range(18, 22):
        session.paint(Painted(0, ((float(z), 12.0, 12.0),), 9.0, adds=False))

    assert session.lesions[0].measurements is None
    session.undo()
    assert session.lesions[0].mask.n_voxels == 16


def test_a_removed_lesion_comes_back() -> None:
    session = clinic.Session(_two_cubes(), model=bright_model())
    kept = session.segment((12, 12, 20))
    session.remove(0)
    assert session.lesions == []
    session.undo()
    assert session.lesions == [kept]
