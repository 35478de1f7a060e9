"""Rows of DeepLesion's and CCC18's tables: a bad one ends all, or is left out if that is asked."""

from pathlib import Path
from typing import Any

import pytest
from synthetic_scans import deeplesion, deeplesion_row, scan, write, write_table

from training.data.cases.case import Found
from training.data.prepare.options import Options
from training.data.prepare.prepare import prepare
from training.data.readers import READERS, Source
from training.data.readers.table_rows import read_rows
from uls.workshop.errors import InputError

GOOD = "000002_01_01_104.png"


def ccc18_row(**changes: str) -> dict[str, str]:
    ends = {"point1.x": "8", "point1.y": "14", "point2.x": "19", "point2.y": "14"}
    row = {f"{axis}Axis.{end}": at for axis in ("Long", "Short") for end, at in ends.items()}
    return {"name": "a", "z": "3", **row, "ShortAxis.point2.x": "9", **changes}


def find(reader: str, root: Path, *, skip_damaged: bool = False) -> Found:
    return READERS[reader].find(Source(root, skip_damaged=skip_damaged))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("Spacing_mm_px_", "0.8, 0.8, 0", r"three spacings from 0\.01 to 100 mm"),
        ("Spacing_mm_px_", "0.8, -0.8, 5", "three spacings"),
        ("Spacing_mm_px_", "nan, 0.8, 5", "3 numbers"),
        ("Spacing_mm_px_", "0.8, 0.8, inf", "3 numbers"),
        ("Spacing_mm_px_", "1e-9, 0.8, 5", "three spacings"),
        ("Spacing_mm_px_", "800, 800, 5000", "three spacings"),
        ("Spacing_mm_px_", "0.8, 0.8", "3 numbers"),
        ("Spacing_mm_px_", "", "3 numbers"),
        ("Slice_range", "nan, 108", "2 numbers"),
        ("Slice_range", "100.5, 108", "whole numbers"),
        ("Slice_range", "108, 100", "the first and the last slice"),
        ("Slice_range", "-5, 108", "the first and the last slice"),
        ("Slice_range", "0, 1e9", "at most 1000 slices"),
        ("Slice_range", "0, 1e300", "at most 1000 slices"),
        ("Slice_range", "105, 108", "a slice of its range, found slice 104 outside"),
        ("Measurement_coordinates", "8, 14, 19, nan, 13, 10, 13, 17", "8 numbers"),
        ("Measurement_coordinates", "8, 14, 8, 14, 13, 10, 13, 17", "two ends"),
        ("Bounding_boxes", "24, 22, 3, 5", "left upper"),
        ("DICOM_windows", "200, -100", "lower to higher"),
        ("DICOM_windows", "nan, 200", "pairs of numbers"),
        ("Coarse_lesion_type", "4.5", "a whole number"),
        ("Coarse_lesion_type", "", "a number"),
        ("Possibly_noisy", "", "0 or 1"),
        ("Possibly_noisy", "yes", "0 or 1"),
        ("File_name", "", "names such as"),
    ],
)
def test_a_bad_row_of_deeplesion(tmp_path: Path, column: str, value: str, message: str) -> None:
    rows = [deeplesion_row(), deeplesion_row(GOOD)]
    root = deeplesion(tmp_path, rows)
    write_table(root / "DL_info.csv", [deeplesion_row(**{column: value}), rows[1]])
    place = rf"DL_info\.csv, line 2, column '{column}': expected .*{message}.*--skip-damaged"
    with pytest.raises(InputError, match=place):
        find("deeplesion", root)
    found = find("deeplesion", root, skip_damaged=True)
    assert [case.name for case in found.cases] == [GOOD.removesuffix(".png")]
    assert list(found.damaged) == [f"{root / 'DL_info.csv'}, line 2"]


def test_noise_that_is_written_as_a_float_is_noise(tmp_path: Path) -> None:
    root = deeplesion(tmp_path, [deeplesion_row(Possibly_noisy="1.0"), deeplesion_row(GOOD)])
    found = find("deeplesion", root)
    assert ([case.name for case in found.cases], found.skipped) == (
        [GOOD.removesuffix(".png")],
        {"possibly noisy": 1},
    )


def test_rows_of_one_slice_agree_on_the_scan(tmp_path: Path) -> None:
    """The first row's spacing would be taken for both."""
    rows = [deeplesion_row(), deeplesion_row(Spacing_mm_px_="0.9, 0.9, 5")]
    root = deeplesion(tmp_path, rows)
    with pytest.raises(InputError, match=r"line 3, column 'Spacing_mm_px_'.*as in line 2"):
        find("deeplesion", root)
    found = find("deeplesion", root, skip_damaged=True)
    assert (len(found.cases[0].measurements), len(found.damaged)) == (1, 1)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("z", "20.7", "a whole number, found '20.7'"),
        ("z", "nan", "a number"),
        ("z", "inf", "a number"),
        ("z", "3,4", "a number"),
        ("LongAxis.point1.x", "", "a number"),
        ("LongAxis.point1.x", "nan", "a number"),
        ("ShortAxis.point2.y", "1e999", "a number"),
        ("LongAxis.point2.x", "8", "two ends of the long diameter"),
        ("name", "", "a scan's name"),
    ],
)
def test_a_bad_row_of_ccc18(tmp_path: Path, column: str, value: str, message: str) -> None:
    write(tmp_path / "imagesTr/a.nii.gz", scan())
    write(tmp_path / "imagesTr/b.nii.gz", scan())
    rows = [ccc18_row(name="b"), ccc18_row(**{column: value})]
    write_table(tmp_path / "annotations.csv", rows)
    with pytest.raises(InputError, match=f"line 3, column .*expected {message}.*--skip-damaged"):
        find("ccc18", tmp_path)
    found = find("ccc18", tmp_path, skip_damaged=True)
    assert [case.name for case in found.cases] == ["b"]
    assert list(found.damaged) == [f"{tmp_path / 'annotations.csv'}, line 3"]


def test_a_whole_number_may_be_written_with_a_point(tmp_path: Path) -> None:
    write(tmp_path / "imagesTr/a.nii.gz", scan())
    write_table(tmp_path / "annotations.csv", [ccc18_row(z="3.0")])
    assert find("ccc18", tmp_path).cases[0].measurements[0].slice_index == 3


def test_empty_rows_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,z\na,1\n,\n\n  , \nb,2\n,,\n")
    assert [(row.line, row.text("name")) for row in read_rows(path, ["name"])] == [
        (2, "a"),
        (6, "b"),
    ]


def options(root: Path, output: Path, **changes: Any) -> Options:
    sources = (f"ccc18={root}",)
    return Options(sources=sources, output=output, recipe=None, held_out="none", **changes)


def test_a_preparation_ends_at_a_bad_row_and_goes_on_if_it_may_be_left_out(tmp_path: Path) -> None:
    """The call that says --skip-damaged goes on in the folder of the one that did not."""
    root = tmp_path / "ccc18"
    write(root / "imagesTr/a.nii.gz", scan())
    write_table(root / "annotations.csv", [ccc18_row(), ccc18_row(z="20.7")])
    with pytest.raises(InputError, match=r"found '20\.7'"):
        prepare(options(root, tmp_path / "out"))
    manifest = prepare(options(root, tmp_path / "out", skip_damaged=True))
    assert [lesion.name for lesion in manifest.lesions] == ["a_lesion_01"]
    assert list(manifest.left_out.damaged) == [f"{root / 'annotations.csv'}, line 3"]


def test_a_measurement_that_changed_in_the_table_is_made_anew(tmp_path: Path) -> None:
    """The scan is the same file: what was made of the old row must not stay."""
    root = tmp_path / "ccc18"
    write(root / "imagesTr/a.nii.gz", scan())
    for z in (3, 5):
        write_table(root / "annotations.csv", [ccc18_row(z=f"{z}")])
        (lesion,) = prepare(options(root, tmp_path / "out")).lesions
        assert lesion.slice_z == z
