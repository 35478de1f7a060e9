"""Slicer's files and label maps, on the scan's grid and off it."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_cycle import SCAN_SHAPE_ZYX, SPACING_MM, block, fields, write_scan, write_seg_nrrd
from synthetic_stacks import write_image

from training.cycle.grids import Fit, Grid, Placed, place, read_grid
from training.cycle.segments import Segmentation, read_segmentation
from uls.workshop.errors import InputError


def placed(segmentation: Segmentation, scan: Path) -> dict[str, Placed]:
    grid = read_grid(scan)
    return {
        segment.name: place(segmentation.mask(segment), segmentation.grid, grid)
        for segment in segmentation.segments
    }


def test_two_segments_in_one_layer(tmp_path: Path, scan: Path) -> None:
    layer = block(1, 2, 3, size_zyx=(2, 3, 4)) + block(6, 20, 20, size_zyx=(1, 5, 5), value=2)
    described = fields(
        {"name": "liver lesion"}, {"name": "node", "value": 2, "status": "inprogress"}
    )
    found = read_segmentation(write_seg_nrrd(tmp_path / "a.seg.nrrd", [layer], described))
    assert [(s.name, s.value, s.layer, s.status) for s in found.segments] == [
        ("liver lesion", 1, 0, "completed"),
        ("node", 2, 0, "inprogress"),
    ]
    masks = placed(found, scan)
    assert np.array_equal(masks["liver lesion"].mask, layer == 1)
    assert np.array_equal(masks["node"].mask, layer == 2)
    assert {part.fit for part in masks.values()} == {Fit.SAME}


def test_overlapping_segments_lie_in_layers_of_one_value(tmp_path: Path, scan: Path) -> None:
    layers = [block(1, 2, 3, size_zyx=(4, 4, 4)), block(2, 3, 4, size_zyx=(4, 4, 4))]
    described = fields({"name": "a", "layer": 0}, {"name": "b", "layer": 1})
    found = read_segmentation(write_seg_nrrd(tmp_path / "a.seg.nrrd", layers, described))
    masks = placed(found, scan)
    for name, layer in zip("ab", layers, strict=True):
        assert np.array_equal(masks[name].mask, layer > 0)
    assert (masks["a"].mask & masks["b"].mask).sum() == 27  # 3 × 3 × 3 voxels are in both


def test_old_files_have_a_layer_per_segment_and_no_values(tmp_path: Path) -> None:
    layers = [block(1, 2, 3, size_zyx=(4, 4, 4)), block(2, 3, 4, size_zyx=(1, 1, 1))]
    old = {"Segment0_Name": "a", "Segment1_Name": "b", "Segment1_ID": "Segment_2"}
    found = read_segmentation(write_seg_nrrd(tmp_path / "a.seg.nrrd", layers, old))
    assert [(s.name, s.layer, s.value) for s in found.segments] == [("a", 0, 1), ("b", 1, 1)]
    assert [int(found.mask(s).sum()) for s in found.segments] == [64, 1]


def test_slicer_cuts_the_file_to_the_segments(tmp_path: Path, scan: Path) -> None:
    # Voxel (z, y, x) = (2, 5, 7) of the scan lies at 10 + 7, 20 + 5, 30 + 2 · 2 mm
    cut = np.ones((2, 3, 4), dtype=np.uint8)
    path = write_seg_nrrd(
        tmp_path / "a.seg.nrrd", [cut], fields({"name": "a"}), origin=(17, 25, 34)
    )
    found = placed(read_segmentation(path), scan)["a"]
    assert found.fit is Fit.CROPPED
    assert np.array_equal(found.mask, block(2, 5, 7, size_zyx=(2, 3, 4)) > 0)
    assert found.outside == 0


def test_what_reaches_beyond_the_scan_is_counted(tmp_path: Path, scan: Path) -> None:
    # Begins one voxel left of the scan and one above its first slice
    cut = np.ones((2, 3, 4), dtype=np.uint8)
    path = write_seg_nrrd(tmp_path / "a.seg.nrrd", [cut], fields({"name": "a"}), origin=(9, 20, 28))
    found = placed(read_segmentation(path), scan)["a"]
    assert np.array_equal(found.mask, block(0, 0, 0, size_zyx=(1, 3, 3)) > 0)
    assert found.outside == 24 - 9


def test_turned_axes_are_turned_back_without_resampling(tmp_path: Path, scan: Path) -> None:
    mask = block(1, 2, 3, size_zyx=(2, 3, 4))
    image = Grid.of(sitk.ReadImage(str(scan))).place_on(sitk.GetImageFromArray(mask))
    path = tmp_path / "turned.nii.gz"
    sitk.WriteImage(sitk.DICOMOrient(image, "ASR"), str(path))
    found = placed(read_segmentation(path), scan)["label 1"]
    assert found.fit is Fit.SAME
    assert np.array_equal(found.mask, mask > 0)


def test_another_grid_is_resampled_by_the_nearest_voxel(tmp_path: Path, scan: Path) -> None:
    # Slices of 1 mm beside the scan's 2 mm: every second one has the scan's place
    fine = np.zeros((24, *SCAN_SHAPE_ZYX[1:]), dtype=np.uint8)
    fine[4:8, 10:15, 10:15] = 1
    path = write_image(tmp_path / "m.nii.gz", fine, spacing=(1, 1, 1), origin=(10, 20, 30))
    found = placed(read_segmentation(path), scan)["label 1"]
    assert found.fit is Fit.RESAMPLED
    assert np.array_equal(found.mask, block(2, 10, 10, size_zyx=(2, 5, 5)) > 0)


def test_a_label_map_of_floats(tmp_path: Path) -> None:
    labels = (block(1, 1, 1, size_zyx=(1, 1, 2)) * 3).astype(np.float32)
    path = write_image(tmp_path / "m.nii.gz", labels, spacing=SPACING_MM)
    assert [(s.name, s.value) for s in read_segmentation(path).segments] == [("label 3", 3)]
    broken = write_image(tmp_path / "n.nii.gz", labels / 2, spacing=SPACING_MM)
    with pytest.raises(InputError, match="whole numbers"):
        read_segmentation(broken)


def test_files_that_hold_no_mask(tmp_path: Path) -> None:
    empty = np.zeros((1, 1, 1), dtype=np.uint8)  # Slicer's sign for no voxels at all
    path = write_seg_nrrd(tmp_path / "a.seg.nrrd", [empty], fields({"name": "a"}))
    with pytest.raises(InputError, match="at least one segment"):
        read_segmentation(path)
    described = fields({"name": "a"}) | {"Segmentation_SourceRepresentation": "Fractional labelmap"}
    path = write_seg_nrrd(tmp_path / "b.seg.nrrd", [block(1, 1, 1, size_zyx=(2, 2, 2))], described)
    with pytest.raises(InputError, match="Fractional labelmap"):
        read_segmentation(path)
    path = write_seg_nrrd(
        tmp_path / "c.seg.nrrd",
        [block(1, 1, 1, size_zyx=(2, 2, 2))],
        fields({"name": "a", "layer": 1}),
    )
    with pytest.raises(InputError, match=r"segment 'a'.*a layer below 1"):
        read_segmentation(path)
    for name, says in (("no.seg.nrrd", "no file"), ("scan.dcm", r"\.seg\.nrrd")):
        with pytest.raises(InputError, match=says):
            read_segmentation(tmp_path / name)
    (tmp_path / "d.seg.nrrd").write_bytes(b"NRRD0004\ntype: unsigned char\n\n")
    with pytest.raises(InputError, match=r"d\.seg\.nrrd"):
        read_segmentation(tmp_path / "d.seg.nrrd")


def test_scan_of_two_files(tmp_path: Path) -> None:
    assert read_grid(write_scan(tmp_path / "a.nii.gz")).size == SCAN_SHAPE_ZYX[::-1]
    with pytest.raises(InputError, match="no file"):
        read_grid(tmp_path / "none.nii.gz")
