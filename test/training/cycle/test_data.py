"""The set written as training data."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_cycle import SCAN_SHAPE_ZYX, block, fields, write_scan, write_seg_nrrd

from training.cycle.add import Annotation, add
from training.cycle.data import DATASET, DataSettings, write_data
from training.cycle.project import Work
from training.nnunet.data.raw_dataset import RawDataset
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import InputError

SETTINGS = DataSettings(seed=23, smallest_axis_px=5)


@pytest.fixture
def filled(tmp_path: Path, work: Work) -> Work:
    """Two patients: one with two lesions and one too small, one with one lesion."""
    first = write_scan(tmp_path / "scans" / "ct1.nii.gz")
    second = write_scan(tmp_path / "scans" / "ct2.nii.gz", value=60)
    layers = [
        block(1, 2, 3, size_zyx=(2, 10, 10)) + block(8, 30, 30, size_zyx=(2, 6, 6)),
        block(5, 20, 20, size_zyx=(1, 2, 2)),
    ]
    described = fields({"name": "liver", "layer": 0}, {"name": "speck", "layer": 1})
    a = write_seg_nrrd(tmp_path / "a.seg.nrrd", layers, described)
    b = write_seg_nrrd(
        tmp_path / "b.seg.nrrd", [block(3, 5, 5, size_zyx=(3, 8, 8))], fields({"name": "lung"})
    )
    add(
        work,
        [
            Annotation(a, first, case="ct1", patient="p1", by="x"),
            Annotation(b, second, case="ct2", patient="p2", by="x"),
        ],
    )
    return work


def written(work: Work, place: Path) -> Path:
    version = work.set_version()
    assert version is not None
    return write_data(work, version.entries, place, SETTINGS)


def read(path: Path) -> Any:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def test_a_voi_per_lesion_that_nnunet_reads(filled: Work, tmp_path: Path) -> None:
    folder = written(filled, tmp_path / "place")
    raw = RawDataset.read(folder)
    assert raw.cases == ("ct1_lesion_01", "ct1_lesion_02", "ct2_lesion_01")
    label = read(raw.label("ct1_lesion_01"))
    image = read(raw.image("ct1_lesion_01"))
    assert image.shape == label.shape == VOI_SHAPE_ZYX
    assert label[CLICK_ZYX] == 1  # clicked inside the lesion
    assert label.sum() == 2 * 6 * 6  # the lesion farther to the left: in RAS its x comes first
    assert set(np.unique(image)) == {39, 40}  # the scan, padded with its minimum minus one
    assert (image == 40).sum() == np.prod(SCAN_SHAPE_ZYX)  # all of the small scan is in the VOI


def test_vois_lie_where_their_scan_lies(filled: Work, tmp_path: Path) -> None:
    folder = written(filled, tmp_path / "place")
    label = sitk.ReadImage(str(folder / "labelsTr" / "ct2_lesion_01.nii.gz"))
    voxels = np.argwhere(sitk.GetArrayFromImage(label))
    corners = [
        label.TransformIndexToPhysicalPoint([int(n) for n in reversed(voxel)])
        for voxel in (voxels.min(axis=0), voxels.max(axis=0))
    ]
    # Voxels (z, y, x) = (3, 5, 5) to (5, 12, 12) of a scan at (10, 20, 30) mm, slices of 2 mm
    low, high = np.sort(np.array(corners), axis=0)
    assert low == pytest.approx([15, 25, 36])
    assert high == pytest.approx([22, 32, 40])


def test_folds_are_of_whole_patients(filled: Work, tmp_path: Path) -> None:
    folder = written(filled, tmp_path / "place")
    folds = json.loads((folder / "splits_final.json").read_text())
    parts = sorted(sorted(fold["val"]) for fold in folds)
    assert parts == [["ct1_lesion_01", "ct1_lesion_02"], ["ct2_lesion_01"]]


def test_the_same_seed_gives_the_same_files(filled: Work, tmp_path: Path) -> None:
    one, other = written(filled, tmp_path / "1"), written(filled, tmp_path / "2")
    name = Path("labelsTr") / "ct1_lesion_02.nii.gz"
    assert (one / name).read_bytes() == (other / name).read_bytes()


def test_a_case_that_is_done_is_not_done_again(filled: Work, tmp_path: Path) -> None:
    folder = written(filled, tmp_path / "place")
    image = folder / "imagesTr" / "ct1_lesion_01_0000.nii.gz"
    time = image.stat().st_mtime_ns
    (folder / "dataset.json").unlink()  # as if stopped at the end
    (folder / "cases" / "ct2.json").unlink()  # and before the second case was done
    again = written(filled, tmp_path / "place")
    assert image.stat().st_mtime_ns == time
    assert RawDataset.read(again).json["numTraining"] == 3


def test_a_changed_scan_or_mask_is_told(filled: Work, tmp_path: Path) -> None:
    version = filled.set_version()
    assert version is not None
    mask = filled.root / version.entries[0].segments[0].file
    content = mask.read_bytes()
    mask.write_bytes(content[:-1] + b"x")
    with pytest.raises(InputError, match=r"mask of segment 'liver'.*found other content"):
        written(filled, tmp_path / "place")
    mask.write_bytes(content)
    Path(version.entries[0].scan).unlink()
    with pytest.raises(InputError, match=r"scan of case ct1.*found no file"):
        written(filled, tmp_path / "place")


def test_nothing_large_enough(tmp_path: Path, work: Work) -> None:
    scan = write_scan(tmp_path / "ct.nii.gz")
    speck = write_seg_nrrd(
        tmp_path / "a.seg.nrrd", [block(5, 5, 5, size_zyx=(1, 2, 2))], fields({"name": "a"})
    )
    add(work, [Annotation(speck, scan, case="ct", patient="p", by="x")])
    with pytest.raises(InputError, match="at least 5 pixels, found none"):
        written(work, tmp_path / "place")
    assert not (tmp_path / "place" / DATASET / "dataset.json").exists()
