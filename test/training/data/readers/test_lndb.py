"""LNDb as released: a mask per reader, and what they agree on."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_scans import SHAPE, scan, write

from training.data.cases.case import Case, Found
from training.data.cases.consensus import consensus
from training.data.prepare.plan import Plan
from training.data.prepare.scan import read_scan
from training.data.readers import READERS, Source
from uls.workshop.errors import InputError


def box(value: int, x: slice, *, y: slice = slice(10, 18)) -> np.ndarray:
    labels = np.zeros(SHAPE, dtype=np.uint8)
    labels[3:6, y, x] = value
    return labels


def find(root: Path, **said: Any) -> Found:
    return READERS["lndb"].find(Source(root, **said))


def lesions(case: Case) -> list[tuple[int, int]]:
    plan = Plan(output=Path("unused"), dataset_folder=None, recipe=None)
    return [(one.number, one.mask.n_voxels) for one in read_scan(case, plan).lesions]


def test_the_masks_of_all_readers_are_one_scans(tmp_path: Path) -> None:
    """Readers number their nodules each by himself: 7 of the first is 1 of the second."""
    write(tmp_path / "data0/LNDb-0005.mhd", scan())
    write(tmp_path / "data1/LNDb-0006.mhd", scan())
    write(tmp_path / "data1/LNDb-0007.mhd", scan())
    write(tmp_path / "masks/LNDb-0005_rad1.mhd", box(7, slice(20, 30)) + box(2, slice(2, 8)))
    write(tmp_path / "masks/LNDb-0005_rad2.mhd", box(1, slice(24, 30)))
    write(tmp_path / "masks/LNDb-0005_rad3.mhd", box(1, slice(26, 34)))
    write(tmp_path / "masks/LNDb-0006_rad1.mhd", box(1, slice(2, 8)))
    write(tmp_path / "masks/LNDb-0008_rad1.mhd", box(1, slice(2, 8)))
    found = find(tmp_path)
    first, second = found.cases
    assert (first.name, first.challenge_number, first.dataset) == ("LNDb-0005", 5, "LNDb")
    assert first.readings is not None
    assert len(first.readings.files) == 3
    # two of three agree on columns 24 to 29; who alone drew a nodule is half of its readers
    assert lesions(first) == [(1, 3 * 8 * 6), (2, 3 * 8 * 6)]
    assert lesions(second) == [(1, 3 * 8 * 6)]
    assert found.without_mask == (tmp_path / "data1/LNDb-0007.mhd",)
    assert found.without_image == (str(tmp_path / "masks/LNDb-0008_rad1.mhd"),)


def test_a_reader_s_mask_on_another_grid_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "LNDb-0005.mhd", scan())
    write(tmp_path / "LNDb-0005_rad1.mhd", box(1, slice(2, 8)), origin=(0, 0, 0))
    (case,) = find(tmp_path).cases
    with pytest.raises(InputError, match=r"LNDb-0005_rad1\.mhd: expected its image's"):
        lesions(case)


def test_masks_without_their_scans_are_told(tmp_path: Path) -> None:
    write(tmp_path / "masks/LNDb-0005_rad1.mhd", box(1, slice(2, 8)))
    with pytest.raises(InputError, match=r"1 scans with masks, and none of the scans.*_rad1"):
        find(tmp_path)


def test_a_label_that_the_caller_names_does_not_choose_among_the_readers_numbers(
    tmp_path: Path,
) -> None:
    write(tmp_path / "LNDb-0005.mhd", scan())
    write(tmp_path / "LNDb-0005_rad1.mhd", box(4, slice(2, 8)) + box(9, slice(20, 28)))
    (case,) = find(tmp_path, values=(1,)).cases
    assert len(lesions(case)) == 2


def row(text: str) -> np.ndarray:
    return np.array([[[int(letter) for letter in text]]])


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        (["01100"], ["01100"]),
        (["01110", "00111"], ["01111"]),
        (["01110", "00111", "00010"], ["00110"]),
        (["1100022", "0110033"], ["1110000", "0000022"]),
        (["1100", "0110", "0022"], ["0110"]),  # first and third are one by way of the second
        (["1120000"], ["1100000", "0010000"]),  # one reader's neighbours stay two
        (["1122", "0330"], ["1111"]),  # one reader drew as one what another drew as two
        (["0000", "0000"], []),
    ],
)
def test_half_of_a_nodules_readers_decide(readings: list[str], expected: list[str]) -> None:
    made = consensus([row(text) for text in readings])
    parts = sorted(tuple((made == n).astype(int).ravel()) for n in np.unique(made) if n)
    assert parts == sorted(tuple(row(text).astype(bool).astype(int).ravel()) for text in expected)
