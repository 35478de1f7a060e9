"""Clicks from tables and from 3D Slicer's markups."""

import json
from pathlib import Path

import pytest

from clinic.lesions.clicks_file import read_clicks
from clinic.lesions.targets import Target
from uls.workshop.errors import InputError


def _file(folder: Path, text: str, name: str = "clicks.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    "text",
    [
        "x,y,z\n1,2,3\n4.5,5,6\n",
        "\ufeffX, Y ,Z\r\n1,2,3\r\n\r\n4.5,5,6",
        "x;y;z\n1;2;3\n4.5;5;6\n",
        "lesion,z,y,x\n,3,2,1\n,6,5,4.5\n",
    ],
)
def test_a_table_of_clicks(text: str, tmp_path: Path) -> None:
    assert read_clicks(_file(tmp_path, text), "RAS") == [
        Target("1", (1.0, 2.0, 3.0), None, "RAS"),
        Target("2", (4.5, 5.0, 6.0), None, "RAS"),
    ]


def test_a_table_of_names_clicks_and_boxes(tmp_path: Path) -> None:
    text = "lesion,x,y,z,x0,y0,z0,x1,y1,z1\nT01,1,2,3,,,,,,\nT02,,,,0,0,0,4,5,6\n"

    assert read_clicks(_file(tmp_path, text), None) == [
        Target("T01", (1.0, 2.0, 3.0)),
        Target("T02", None, ((0.0, 0.0, 0.0), (4.0, 5.0, 6.0))),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty file"),
        ("x,y,z\n", "expected clicks, found none"),
        ("x,y\n1,2\n", r"row 1: expected numbers in x, y, z, found 1, 2"),
        ("x,y,z\n1,2,three\n", "row 1: expected numbers in x, y, z"),
        ("x,y,z\n1,2,nan\n", "row 1: expected numbers in x, y, z"),
        ("x,y,z\n1,2,3\n1,2\n", "row 2: expected 3 values, found 2"),
        ("x,y,x\n1,2,3\n", "columns of different names"),
        ("a,b,c\n1,2,3\n", r"expected columns x,y,z or"),
    ],
)
def test_tables_that_are_none(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_clicks(_file(tmp_path, text), None)


def _markups(folder: Path, *markups: dict) -> Path:
    document = {"@schema": "https://…/markups-schema-v1.0.3.json#", "markups": list(markups)}
    return _file(folder, json.dumps(document), "F.mrk.json")


def _points(axes: object, **more: object) -> dict:
    return {
        "type": "Fiducial",
        "coordinateSystem": axes,
        "controlPoints": [
            {"id": "1", "label": "F-1", "position": [1, 2, 3], "positionStatus": "defined"},
            {"id": "2", "label": "F-2", "position": [4, 5, 6], "positionStatus": "undefined"},
            {"id": "3", "label": "", "position": [7, 8, 9]},
        ],
        **more,
    }


@pytest.mark.parametrize(("axes", "expected"), [("LPS", "LPS"), ("RAS", "RAS"), (0, "RAS")])
def test_markups_say_their_axes(axes: object, expected: str, tmp_path: Path) -> None:
    assert read_clicks(_markups(tmp_path, _points(axes)), None) == [
        Target("F-1", (1.0, 2.0, 3.0), None, expected),  # type: ignore[arg-type]
        Target("2", (7.0, 8.0, 9.0), None, expected),  # type: ignore[arg-type]
    ]


def test_a_region_of_interest_is_a_box_even_turned(tmp_path: Path) -> None:
    roi = {
        "type": "ROI",
        "coordinateSystem": "LPS",
        "center": [10, 20, 30],
        "size": [2, 4, 6],
        "orientation": [0, 1, 0, -1, 0, 0, 0, 0, 1],
    }

    (target,) = read_clicks(_markups(tmp_path, roi), None)

    assert target.box == ((8.0, 19.0, 27.0), (12.0, 21.0, 33.0))


@pytest.mark.parametrize(
    "markup",
    [
        {"type": "Line", "coordinateSystem": "LPS", "controlPoints": []},
        _points("???"),
        _points("LPS", coordinateUnits="m"),
        {"type": "Fiducial", "coordinateSystem": "LPS", "controlPoints": [{"position": [1, 2]}]},
        {"type": "Fiducial", "coordinateSystem": "LPS"},
    ],
)
def test_markups_that_cannot_be_used(markup: dict, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_clicks(_markups(tmp_path, markup), None)


def test_json_that_is_no_markups(tmp_path: Path) -> None:
    for text in ("[]", "{}", "{", '{"markups": 3}', "[" * 100000):
        with pytest.raises(InputError, match=r"F\.mrk\.json"):
            read_clicks(_file(tmp_path, text, "F.mrk.json"), None)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_clicks(tmp_path / "none.csv", None)
