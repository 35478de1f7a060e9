"""Segmentations on a scan: voxel-equal on its grid, by the nearest voxel on another."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from clinic_scans import whole
from dicom_series import body, save, synthetic_series
from earlier_work import saved, segmentation

import clinic
from clinic.contours.read_masks import read_masks
from clinic.scans.scan import Scan
from uls.workshop.errors import InputError

_SHAPE = (24, 64, 96)
_TURNS = {
    "axial": ((1, 0, 0), (0, 1, 0)),
    "flipped": ((-1, 0, 0), (0, 1, 0)),
    "coronal": ((1, 0, 0), (0, 0, -1)),
    "oblique": ((0.8, 0.6, 0), (-0.48, 0.64, 0.6)),
}


def _mask(z: slice, y: slice, x: slice) -> Any:
    mask = np.zeros(_SHAPE, bool)
    mask[z, y, x] = True
    return mask


def _scan(slices: list[Any], folder: Path) -> Scan:
    return clinic.read_scan(save(slices, folder))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
@pytest.mark.parametrize("turn", list(_TURNS))
def test_masks_come_back_voxel_by_voxel(
    turn: str, kind: str, backwards: bool, tmp_path: Path
) -> None:
    """With frames in the series' order or the other way round, whichever the scan's array has."""
    slices = synthetic_series(axes=_TURNS[turn])
    lesion = body(*_SHAPE) == 90
    box = _mask(slice(2, 5), slice(40, 51), slice(61, 64))
    order = -1 if backwards else 1
    made = segmentation(
        slices[::order], [lesion[::order], box[::order]], labels=["PLANTED", "b"], kind=kind
    )
    scan = _scan(slices, tmp_path / "study")

    one, two = read_masks(saved(made, tmp_path / "seg.dcm"), scan.place)

    index_of = {one.sop_instance_uid: z for z, one in enumerate(scan.slices)}
    z_of = [index_of[str(s.SOPInstanceUID)] for s in slices]  # the scan may be turned
    np.testing.assert_array_equal(whole(one.mask)[z_of], lesion)
    np.testing.assert_array_equal(whole(two.mask)[z_of], box)
    assert (one.number, one.name, two.number) == (1, "PLANTED", 2)
    assert two.click_xyz == (62, 45, z_of[3])


def test_half_of_the_most_is_enough_in_a_fractional_one(tmp_path: Path) -> None:
    slices = synthetic_series()
    share = np.zeros(_SHAPE, np.float32)
    share[3, 10, 10:14] = [0.4, 0.5, 0.6, 1.0]

    made = segmentation(slices, [share], kind="FRACTIONAL")
    (roi,) = read_masks(saved(made, tmp_path / "s.dcm"), _scan(slices, tmp_path / "study").place)

    assert roi.mask.n_voxels == 3


def test_segments_are_chosen(tmp_path: Path) -> None:
    slices = synthetic_series()
    masks = [_mask(slice(n, n + 2), slice(9, 12), slice(9, 12)) for n in (1, 5, 9)]
    file = saved(segmentation(slices, masks, labels=["A 1", "B", "A 2"]), tmp_path / "s.dcm")
    place = _scan(slices, tmp_path / "study").place

    assert [r.number for r in read_masks(file, place, ["a*"])] == [1, 3]
    assert [r.number for r in read_masks(file, place, ["2"])] == [2]


def test_another_grid_of_the_same_frame_gives_the_nearest_voxels(tmp_path: Path) -> None:
    """An ellipsoid drawn on slices of 2 mm, 0.8 mm pixels; the scan has 1 mm, 1 mm, shifted."""
    scan_slices = synthetic_series()
    drawn_on = synthetic_series(
        np.zeros((20, 80, 90), np.int16), spacing=(0.8, 0.8, 2.0), origin=(-95.3, -79.5, 40.9)
    )
    for one in drawn_on:
        one.FrameOfReferenceUID = scan_slices[0].FrameOfReferenceUID
    fine, coarse = _scan(scan_slices, tmp_path / "a"), _scan(drawn_on, tmp_path / "b")
    centre = np.array([-62.0, -54.0, 61.0])

    def drawn(scan: Scan) -> Any:
        z, y, x = np.indices(scan.grid.shape_zyx)
        mm = np.stack([x, y, z], -1) * scan.grid.spacing_mm + scan.grid.origin_mm
        return (((mm - centre) / (9.0, 7.0, 8.0)) ** 2).sum(-1) <= 1

    made = segmentation(drawn_on, [drawn(coarse)])

    (roi,) = read_masks(saved(made, tmp_path / "s.dcm"), fine.place)

    image = coarse.grid.copied_to(sitk.GetImageFromArray(drawn(coarse).astype(np.uint8)))
    onto = fine.grid.copied_to(sitk.GetImageFromArray(fine.hu))
    expected = sitk.GetArrayFromImage(
        sitk.Resample(image, onto, sitk.Transform(), sitk.sitkNearestNeighbor)
    )
    np.testing.assert_array_equal(whole(roi.mask), expected > 0)
    assert roi.mask.n_voxels == pytest.approx(drawn(fine).sum(), rel=0.03)
    x, y, z = fine.grid.to_mm(roi.click_xyz)
    assert np.abs(np.array([x, y, z]) - centre).max() < 2.1


def test_one_slice_has_the_thickness_that_is_told(tmp_path: Path) -> None:
    slices = synthetic_series(spacing=(0.8, 0.8, 1.0))
    thick = synthetic_series(
        np.zeros((2, 64, 96), np.int16), spacing=(0.8, 0.8, 4.0), origin=(-100.0, -80.0, 58.0)
    )
    mask = np.zeros((2, 64, 96), bool)
    mask[1, 20:30, 20:30] = True  # at z = 62 mm, which is the scan's slice 12
    for one in thick:
        one.FrameOfReferenceUID = slices[0].FrameOfReferenceUID

    made = segmentation(thick, [mask])
    (roi,) = read_masks(saved(made, tmp_path / "s.dcm"), _scan(slices, tmp_path / "a").place)

    assert np.flatnonzero(whole(roi.mask).any(axis=(1, 2))).tolist() in (
        [10, 11, 12, 13], [11, 12, 13, 14], [10, 11, 12, 13, 14],
    )  # fmt: skip
    assert roi.click_xyz[2] == 12


def _cut(made: Any) -> None:
    made.PixelData = made.PixelData[: len(made.PixelData) // 2]


def _other_frame(made: Any) -> None:
    made.FrameOfReferenceUID = "1.2.3"


def _uneven(made: Any) -> None:
    for frame, shift in zip(made.PerFrameFunctionalGroupsSequence, (0, 0.4, 0, 0.3), strict=False):
        position = frame.PlanePositionSequence[0].ImagePositionPatient
        position[2] = float(position[2]) + shift


def _bomb(made: Any) -> None:
    made.Rows = made.Columns = 65535


def _other_patient(made: Any) -> None:
    made.PatientID = "PLANTED2"


def _elsewhere(made: Any) -> None:
    for frame in made.PerFrameFunctionalGroupsSequence:
        frame.PlanePositionSequence[0].ImagePositionPatient[0] = 5000.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_cut, "all frames that it tells of, found fewer"),
        (_other_frame, "another frame of reference"),
        (_uneven, "frames at even distances"),
        (_bomb, "65,535 × 65,535: limit 4,096"),
        (_other_patient, "2 different patient identifiers"),
        (_elsewhere, "segment 1: .*empty, or outside it"),
    ],
)
def test_segmentations_that_cannot_be_used(change: Any, message: str, tmp_path: Path) -> None:
    slices = synthetic_series()
    mask = _mask(slice(3, 7), slice(9, 12), slice(9, 12))
    made = segmentation(slices, [mask], labels=["PLANTED"])
    change(made)

    with pytest.raises(InputError, match=message) as error:
        read_masks(saved(made, tmp_path / "s.dcm"), _scan(slices, tmp_path / "study").place)
    assert "PLANTED" not in str(error.value)
