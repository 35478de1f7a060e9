"""Structure sets on a scan: masks, deepest inner points, choices, and what is refused."""

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clinic_scans import whole
from dicom_series import real_archive, real_series, save, synthetic_series
from earlier_work import object_of, saved, structure_set

import clinic
from clinic.contours.child import Limits, parsed
from clinic.contours.read_masks import read_masks
from clinic.scans.scan import Place
from uls.workshop.errors import InputError

_STEP = (0.8, 0.8, 1.0)
_ORIGIN = (-100.0, -80.0, 50.0)


@pytest.fixture
def slices() -> list[Any]:
    return synthetic_series()


@pytest.fixture
def place(slices: list[Any], tmp_path: Path) -> Place:
    return clinic.read_scan(save(slices, tmp_path / "study")).place


def _box(x: tuple[float, float], y: tuple[float, float], z: int) -> tuple[str, Any]:
    """A rectangle in voxels of the series, as a contour in mm."""
    corners = [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]
    index = np.array([(cx, cy, z) for cx, cy in corners])
    return "CLOSED_PLANAR", index * _STEP + _ORIGIN


def _u_shape(z: int) -> tuple[str, Any]:
    """A U of 9 × 9 voxels; the left bar is 3 voxels wide, the others 2; the inside is open."""
    yx = [(0, 0), (9, 0), (9, 9), (0, 9), (0, 7), (7, 7), (7, 3), (0, 3)]
    index = np.array([(10 - 0.5 + x, 20 - 0.5 + y, z) for y, x in yx])
    return "CLOSED_PLANAR", index * _STEP + _ORIGIN


@pytest.mark.parametrize("implicit", [False, True])
def test_rois_become_masks_and_clicks(
    implicit: bool, slices: list[Any], place: Place, tmp_path: Path
) -> None:
    rois = {
        (3, "GTV one"): [_box((29.5, 36.5), (19.5, 24.5), z) for z in (8, 9, 10)],
        (7, "Node"): [_u_shape(5)],
    }

    one, node = read_masks(
        saved(structure_set(slices, rois, implicit=implicit), tmp_path / "rt.dcm"), place
    )

    expected = np.zeros(place.grid.shape_zyx, bool)
    expected[8:11, 20:25, 30:37] = True
    np.testing.assert_array_equal(whole(one.mask), expected)
    assert (one.number, one.name, one.click_xyz, one.warnings) == (3, "GTV one", (33, 22, 9), ())
    # The U's centroid lies in its opening; its left bar is the widest: its middle column is inside.
    assert node.mask.n_voxels == 9 * 3 + 9 * 2 + 2 * 4
    assert whole(node.mask)[5, node.click_xyz[1], node.click_xyz[0]]


def test_the_deepest_point_is_farthest_in_mm(
    slices: list[Any], place: Place, tmp_path: Path
) -> None:
    """A slab of three slices and 21 × 21 pixels, with an arm that is one slice thick."""
    rois = {
        (1, "a"): [_box((9.5, 30.5), (9.5, 30.5), z) for z in (8, 9, 10)]
        + [_box((29.5, 60.5), (9.5, 30.5), 9)]
    }

    (roi,) = read_masks(saved(structure_set(slices, rois), tmp_path / "rt.dcm"), place)

    x, y, z = roi.click_xyz
    assert z == 9
    assert 10 < x < 30
    assert 10 < y < 30


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ((), [3, 7, 12]),
        (("7",), [7]),
        (("node",), [7]),
        (("GTV*",), [3, 12]),
        (("gtv?two", "7"), [7, 12]),
        (("GTV [ot]*",), [3, 12]),
    ],
)
def test_rois_are_chosen_by_number_name_and_pattern(
    wanted: tuple[str, ...], numbers: list[int], slices: list[Any], place: Place, tmp_path: Path
) -> None:
    box = [_box((29.5, 36.5), (19.5, 24.5), 8)]
    made = structure_set(slices, {(3, "GTV one"): box, (7, "Node"): box, (12, "GTV two"): box})

    found = read_masks(saved(made, tmp_path / "rt.dcm"), place, wanted)

    assert [roi.number for roi in found] == numbers


def test_what_is_not_there_is_said_by_numbers(
    slices: list[Any], place: Place, tmp_path: Path
) -> None:
    box = [_box((29.5, 36.5), (19.5, 24.5), 8)]
    made = structure_set(slices, {(3, "PLANTED^ROI"): box, (7, "Node"): box})

    with pytest.raises(InputError, match="nothing that fits a --roi; there are the numbers 3, 7"):
        read_masks(saved(made, tmp_path / "rt.dcm"), place, ["7", "Nodes"])


def test_small_open_and_single_points(slices: list[Any], place: Place, tmp_path: Path) -> None:
    rois = {
        (1, "tiny"): [_box((30.1, 30.4), (20.1, 20.4), 8)],
        (2, "point"): [("POINT", np.array([(33, 22, 7)]) * _STEP + _ORIGIN)],
        (3, "with a line"): [
            _box((29.5, 36.5), (19.5, 24.5), 8),
            ("OPEN_PLANAR", np.array([(1, 1, 8), (5, 5, 8)]) * _STEP + _ORIGIN),
        ],
        (4, "reaching out"): [_box((-9.5, 1.5), (19.5, 24.5), 8)],
    }

    tiny, point, line, out = read_masks(
        saved(structure_set(slices, rois), tmp_path / "r.dcm"), place
    )

    assert (tiny.mask.n_voxels, tiny.click_xyz) == (0, (30, 20, 8))
    assert "holds no voxel's centre" in tiny.warnings[0]
    assert (point.mask.n_voxels, point.click_xyz) == (0, (33, 22, 7))
    assert (line.mask.n_voxels, line.warnings) == (35, ("1 of 2 contours left out: not closed",))
    assert out.mask.n_voxels == 10
    assert "reaches beyond the scan" in out.warnings[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"PatientID": "PLANTED2"}, "2 different patient identifiers"),
        ({"PatientName": "PLANTED^OTHER"}, "2 different patients' names"),
        ({"PatientBirthDate": "19000101"}, "2 different dates of birth"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "DICOM of another kind"),
        ({"SOPClassUID": ""}, "cut short, or no DICOM"),
        ({"StructureSetROISequence": []}, "found one without any"),
    ],
)
def test_objects_that_do_not_belong(
    change: dict[str, Any], message: str, slices: list[Any], place: Place, tmp_path: Path
) -> None:
    made = structure_set(slices, {(1, "PLANTED"): [_box((29.5, 36.5), (19.5, 24.5), 8)]})
    for keyword, value in change.items():
        setattr(made, keyword, value)

    with pytest.raises(InputError, match=message) as error:
        read_masks(saved(made, tmp_path / "rt.dcm"), place)
    assert "PLANTED" not in str(error.value)


@pytest.mark.parametrize(
    ("contours", "message"),
    [
        ([_box((-9.5, -3.5), (19.5, 24.5), 8)], "expected places in the scan"),
        ([("OPEN_PLANAR", [(1, 1, 1), (2, 2, 2)])], "found neither"),
        ([], "found neither"),
        ([("POINT", [(9999.0, 0, 0)])], "expected places in the scan"),
        ([("CLOSED_PLANAR", [(-90, -70, 55), (-80, -70, 58), (-80, -60, 63)])], "along the scan"),
    ],
)
def test_contours_that_cannot_be_used(
    contours: Any, message: str, slices: list[Any], place: Place, tmp_path: Path
) -> None:
    made = structure_set(slices, {(5, "PLANTED"): contours})

    with pytest.raises(InputError, match=f"ROI 5: .*{message}") as error:
        read_masks(saved(made, tmp_path / "rt.dcm"), place)
    assert "PLANTED" not in str(error.value)


def test_another_frame_of_reference_is_refused(
    slices: list[Any], place: Place, tmp_path: Path
) -> None:
    made = structure_set(slices, {(1, "a"): [_box((29.5, 36.5), (19.5, 24.5), 8)]})
    made.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "1.2.3"

    with pytest.raises(InputError, match="another frame of reference"):
        read_masks(saved(made, tmp_path / "rt.dcm"), place)


def test_a_scan_without_a_frame_takes_the_places_and_says_so(
    slices: list[Any], place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = structure_set(slices, {(1, "a"): [_box((29.5, 36.5), (19.5, 24.5), 8)]})
    bare = Place(place.grid, "nifti")

    with caplog.at_level(logging.WARNING):
        (roi,) = read_masks(saved(made, tmp_path / "rt.dcm"), bare)

    assert roi.mask.n_voxels == 35
    assert "the scan is not DICOM" in caplog.text


@pytest.mark.parametrize("value", ["nan", "1e999", "x", "1\\2"])
def test_numbers_that_are_none(value: str, slices: list[Any], place: Place, tmp_path: Path) -> None:
    made = structure_set(slices, {(1, "a"): [_box((29.5, 36.5), (19.5, 24.5), 8)]})
    file = saved(made, tmp_path / "rt.dcm")
    old = f"{29.5 * 0.8 - 100:.6f}".encode()
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, value.encode().ljust(len(old)), 1))

    with pytest.raises(InputError, match=r"damaged|values that cannot be"):
        read_masks(file, place)


def test_limits_hold_before_anything_is_read_here(slices: list[Any], tmp_path: Path) -> None:
    box = _box((29.5, 36.5), (19.5, 24.5), 8)
    file = saved(structure_set(slices, {(1, "a"): [box] * 400}), tmp_path / "rt.dcm")

    for limits, message in (
        (Limits(file_bytes=1000), "at most 0 MB"),
        (Limits(answer_bytes=9000), "more than 0 MB of contours"),
        (Limits(memory_bytes=1 << 26), "more memory than it may"),
    ):
        with pytest.raises(InputError, match=message):
            parsed(file, (), limits)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.9])
def test_a_file_that_is_cut_short(
    part: float, slices: list[Any], place: Place, tmp_path: Path
) -> None:
    box = _box((29.5, 36.5), (19.5, 24.5), 8)
    file = saved(structure_set(slices, {(1, "PLANTED"): [box] * 9}), tmp_path / "rt.dcm")
    file.write_bytes(file.read_bytes()[: int(part * file.stat().st_size)])

    with pytest.raises(InputError) as error:
        read_masks(file, place)
    assert "PLANTED" not in str(error.value)


def test_rubbish_and_nothing(place: Place, tmp_path: Path, slices: list[Any]) -> None:
    (tmp_path / "r.dcm").write_bytes(b"\0" * 128 + b"DICM" + bytes(range(256)) * 20)
    empty = saved(object_of(slices, "1.2.840.10008.5.1.4.1.1.481.3"), tmp_path / "e.dcm")
    for file in (tmp_path / "r.dcm", empty, tmp_path / "none.dcm"):
        with pytest.raises(InputError):
            read_masks(file, place)


def test_real_contours_hold_the_volume_that_their_areas_have(tmp_path: Path) -> None:
    """The volume of voxels against the area of the polygons (Gauss's formula) times 3 mm."""
    from real_contours import real_structure_set

    place = clinic.read_scan(save(real_series(None), tmp_path / "study")).place
    dataset = real_structure_set()
    rois = read_masks(saved(dataset, tmp_path / "rt.dcm"), place)

    assert [roi.number for roi in rois] == [17, 18, 19, 20]
    assert real_archive() is not None
    for roi, item in zip(rois, dataset.ROIContourSequence, strict=True):
        area = 0.0
        for contour in item.ContourSequence:
            x, y, _ = np.array(contour.ContourData, float).reshape(-1, 3).T
            area += abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
        volume = roi.mask.n_voxels * math.prod(place.grid.spacing_mm)
        assert volume == pytest.approx(area * 3, rel=0.02), roi.number
        assert roi.mask.holds(roi.click_xyz[::-1])  # type: ignore[arg-type]
