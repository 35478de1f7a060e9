"""Points of reports and presentation states → clicks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_series import save, synthetic_series
from earlier_work import in_mm, in_pixels, report, saved, state, structure_set

import clinic
from clinic.contours.read_targets import read_targets
from clinic.lesions.targets import Target
from clinic.scans.scan import Place
from uls.workshop.errors import CallError, InputError

_RING = [(20.0, 30.0), (31.0, 30.0), (31.0, 41.0), (20.0, 41.0), (20.0, 30.0)]


@pytest.fixture
def slices() -> list[Any]:
    return synthetic_series()


@pytest.fixture
def place(slices: list[Any], tmp_path: Path) -> Place:
    return clinic.read_scan(save(slices, tmp_path / "study")).place


def _target(name: str, *xyz: float) -> Target:
    x, y, z = xyz
    return Target(name, (x, y, z))


def _mm(*xyz: float) -> Any:
    return np.array(xyz) * (0.8, 0.8, 1.0) + (-100.0, -80.0, 50.0)


def test_points_of_a_report(slices: list[Any], place: Place, tmp_path: Path) -> None:
    frame = slices[0].FrameOfReferenceUID
    made = report(
        slices,
        [
            ("PLANTED", "1.2.1", [in_pixels(slices[4], "POINT", [(30.5, 20.5)])]),
            ("b", "1.2.2", [in_mm(frame, "POINT", _mm(40, 10, 7))]),
            ("c", "", [in_mm(frame, "MULTIPOINT", [_mm(1, 2, 3), _mm(4, 5, 6)])]),
        ],
    )

    assert read_targets(saved(made, tmp_path / "sr.dcm"), place) == [
        _target("mark 1", 30, 20, 4),
        _target("mark 2", 40, 10, 7),
        _target("mark 3.1", 1, 2, 3),
        _target("mark 3.2", 4, 5, 6),
    ]


def test_what_goes_around_and_what_goes_across(
    slices: list[Any], place: Place, tmp_path: Path
) -> None:
    """By hand: rings of 11 pixels from 20 and 30 on have their middle at 25 and 35."""
    frame = slices[0].FrameOfReferenceUID
    image = slices[9]
    square = [_mm(x - 0.5, y - 0.5, 12) for x, y in _RING[:4]]
    graphics = [
        in_pixels(image, "POLYLINE", _RING),
        in_mm(frame, "POLYGON", square),
        in_pixels(image, "CIRCLE", [(50.5, 20.5), (55.5, 20.5)]),
        in_pixels(image, "ELLIPSE", [(10.5, 5.5), (20.5, 5.5), (15.5, 3.5), (15.5, 7.5)]),
        in_pixels(image, "POLYLINE", [(60.5, 20.5), (70.5, 24.5)]),
    ]
    made = report(slices, [("", "", [one]) for one in graphics])

    found = read_targets(saved(made, tmp_path / "sr.dcm"), place)

    assert [one.click_xyz for one in found] == [
        (25, 35, 9), (25, 35, 12), (50, 20, 9), (15, 5, 9), (65, 22, 9),
    ]  # fmt: skip


def test_groups_with_one_tracking_uid_are_one_lesion(
    slices: list[Any], place: Place, tmp_path: Path
) -> None:
    short = in_pixels(slices[3], "POLYLINE", [(30.5, 10.5), (30.5, 14.5)])
    long = in_pixels(slices[3], "POLYLINE", [(20.5, 12.5), (40.5, 12.5)])
    made = report(slices, [("a", "1.9", [short]), ("b", "1.8", [short]), ("a", "1.9", [long])])

    found = read_targets(saved(made, tmp_path / "sr.dcm"), place)

    assert found == [_target("mark 1", 30, 12, 3), _target("mark 2", 30, 12, 3)]
    assert read_targets(tmp_path / "sr.dcm", place, wanted=["B"]) == [found[1]]


def test_a_presentation_state(slices: list[Any], place: Place, tmp_path: Path) -> None:
    made = state(
        slices,
        [
            (slices[2], "PIXEL", "POINT", [(12.5, 9.5)]),
            (slices[3], "DISPLAY", "POINT", [(0.1, 0.2)]),
            (slices[5], "PIXEL", "POLYLINE", [(12.5, 9.5), (22.5, 9.5)]),
        ],
    )

    assert read_targets(saved(made, tmp_path / "pr.dcm"), place) == [
        _target("mark 1", 12, 9, 2),
        _target("mark 2", 17, 9, 5),
    ]


def test_graphics_elsewhere_are_left_out_or_refused(
    slices: list[Any], place: Place, tmp_path: Path
) -> None:
    others = synthetic_series()
    here = in_pixels(slices[4], "POINT", [(30.5, 20.5)])
    there = in_pixels(others[4], "POINT", [(30.5, 20.5)])
    frame = in_mm("1.2.3", "POINT", _mm(4, 5, 6))

    mixed = saved(report(slices, [("", "", [there]), ("", "", [here])]), tmp_path / "a.dcm")
    assert read_targets(mixed, place) == [_target("mark 2", 30, 20, 4)]
    for name, graphics, found in (
        ("b", [there, frame], "2 lesions that are elsewhere"),
        ("c", [], "one without any"),
    ):
        made = report(slices, [("PLANTED", "", [one]) for one in graphics])
        with pytest.raises(InputError, match=found) as error:
            read_targets(saved(made, tmp_path / f"{name}.dcm"), place)
        assert "PLANTED" not in str(error.value)


@pytest.mark.parametrize("at", [(-3.0, 5.0), (5.0, 64.7)])
def test_points_outside_the_scan(
    at: tuple[float, float], slices: list[Any], place: Place, tmp_path: Path
) -> None:
    made = report(slices, [("PLANTED", "", [in_pixels(slices[4], "POINT", [at])])])

    with pytest.raises(InputError, match="mark 1: expected places in the scan") as error:
        read_targets(saved(made, tmp_path / "a.dcm"), place)
    assert "PLANTED" not in str(error.value)


def test_contours_give_their_deepest_point_and_a_number(
    slices: list[Any], place: Place, tmp_path: Path
) -> None:
    square = np.array(
        [_mm(x, y, 8) for x, y in [(9.5, 9.5), (14.5, 9.5), (14.5, 14.5), (9.5, 14.5)]]
    )
    made = structure_set(slices, {(17, "PLANTED^NAME"): [("CLOSED_PLANAR", square)]})

    assert read_targets(saved(made, tmp_path / "rt.dcm"), place) == [_target("ROI 17", 12, 12, 8)]


def test_tables_stand_and_have_no_rois(place: Place, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("x,y,z\n1,2,3\n")

    assert read_targets(tmp_path / "c.csv", place, units="LPS") == [
        Target("1", (1.0, 2.0, 3.0), None, "LPS")
    ]
    with pytest.raises(CallError, match="--roi"):
        read_targets(tmp_path / "c.csv", place, wanted=["1"])
    with pytest.raises(InputError, match="No such file"):
        read_targets(tmp_path / "none.csv", place)
