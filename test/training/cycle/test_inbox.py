"""Which scan a mask belongs to."""

from pathlib import Path

import pytest

from training.cycle.inbox import case_name, pairs
from uls.workshop.errors import CallError, InputError


def touch(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    return folder


def test_two_files_are_a_pair(tmp_path: Path) -> None:
    files = touch(tmp_path / "a", "ct.nii.gz", "whatever.seg.nrrd")
    mask, scan = files / "whatever.seg.nrrd", files / "ct.nii.gz"
    assert pairs(mask, scan) == [(mask, scan)]


def test_folders_are_paired_by_the_longest_name_that_fits(tmp_path: Path) -> None:
    masks = touch(
        tmp_path / "masks", "ct1.seg.nrrd", "ct1_b-segmentation.seg.nrrd", "ct10.nii.gz", ".x.nrrd"
    )
    scans = touch(tmp_path / "scans", "ct1.nii.gz", "ct1_b.nrrd", "ct10.mha", "ct1.seg.nrrd")
    found = {mask.name: scan.name for mask, scan in pairs(masks, scans)}
    assert found == {
        "ct1.seg.nrrd": "ct1.nii.gz",
        "ct1_b-segmentation.seg.nrrd": "ct1_b.nrrd",
        "ct10.nii.gz": "ct10.mha",
    }


def test_what_has_no_partner(tmp_path: Path) -> None:
    masks = touch(tmp_path / "masks", "ct10.seg.nrrd")
    scans = touch(tmp_path / "scans", "ct1.nii.gz")
    with pytest.raises(InputError, match=r"ct10\.seg\.nrrd.*found none"):
        pairs(masks, scans)
    with pytest.raises(CallError, match="two files or two folders"):
        pairs(masks, scans / "ct1.nii.gz")
    with pytest.raises(InputError, match="masks"):
        pairs(touch(tmp_path / "empty"), scans)


def test_cases_are_named_after_their_scans() -> None:
    assert case_name(Path("a/CT.1.nii.gz")) == "CT.1"
    assert case_name(Path("scan.nrrd")) == "scan"
