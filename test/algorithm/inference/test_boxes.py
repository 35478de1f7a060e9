"""Boxes of the command line and of a file: what is read, and what is said of a wrong one."""

import json
from pathlib import Path
from typing import Any

import pytest
from synthetic_stacks import voi_with_cube, write_job

from algorithm.inference.boxes import Box, check_none, parse_box, read_boxes, single_box
from uls.geometry.voi import CLICK_ZYX
from uls.platform.sockets import StackInput, find_job
from uls.workshop.errors import CallError, InputError

BOX = [60, 120, 130, 70, 140, 150]
READ = Box((60, 120, 130), (70, 140, 150))


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> tuple[StackInput, ...]:
    """Two stacks: `a` of one VOI, `b` of two."""
    folder = tmp_path_factory.mktemp("boxes")
    voi = voi_with_cube()
    two = voi.repeat(2, axis=0)
    return find_job(write_job(folder, {"a.mha": voi, "b.mha": two}))


def _file(folder: Path, content: Any) -> Path:
    path = folder / "boxes.json"
    path.write_text(json.dumps(content))
    return path


def test_a_box_on_the_command_line() -> None:
    assert parse_box("60,120,130,70,140,150") == READ
    assert parse_box("0, 0, 0, 128, 256, 256") == Box((0, 0, 0), (128, 256, 256))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1,2,3", "3 numbers"),
        ("a,b,c,d,e,f", "six whole numbers"),
        ("", "six whole numbers"),
        ("1.5,2,3,4,5,6", "six whole numbers"),
        ("60,120,130,60,140,150", "along z, 0 <= 60 < 60 <= 128 is not so"),
        ("60,120,130,70,110,150", "along y, 0 <= 120 < 110 <= 256 is not so"),
        ("60,120,130,70,140,257", "along x, 0 <= 130 < 257 <= 256 is not so"),
        ("-1,120,130,70,140,150", "along z, 0 <= -1 < 70 <= 128 is not so"),
    ],
)
def test_what_is_no_box_is_a_call_error(text: str, problem: str) -> None:
    with pytest.raises(CallError, match="--box: expected six whole numbers") as error:
        parse_box(text)
    assert problem in str(error.value)


def test_the_click_is_the_vois_where_the_box_holds_it_else_the_boxes_centre() -> None:
    first, beyond = (64, 128, 128), (65, 129, 129)
    assert first == CLICK_ZYX
    assert Box(first, beyond).click_zyx == first
    assert Box((0, 0, 0), (128, 256, 256)).click_zyx == first
    # The box ends at the click's x, which it does not hold: halfway along every axis.
    assert Box((60, 100, 100), (80, 200, 128)).click_zyx == (70, 150, 114)


def test_one_box_is_for_a_job_of_one_voi(stacks: tuple[StackInput, ...]) -> None:
    one, two = stacks
    assert single_box(READ, [one]) == ((READ,),)
    with pytest.raises(CallError, match=r"a job of one VOI, found 2 VOIs.*--boxes FILE\.json"):
        single_box(READ, [two])
    with pytest.raises(CallError, match="found 3 VOIs"):
        single_box(READ, stacks)


def test_a_list_is_for_the_only_stack(tmp_path: Path, stacks: tuple[StackInput, ...]) -> None:
    path = _file(tmp_path, [None, BOX])
    assert read_boxes(path, [stacks[1]]) == ((None, READ),)
    with pytest.raises(InputError, match="under each stack's name, found list"):
        read_boxes(path, stacks)


def test_an_object_has_stacks_by_name_and_may_leave_some_out(
    tmp_path: Path, stacks: tuple[StackInput, ...]
) -> None:
    assert read_boxes(_file(tmp_path, {"b": [BOX, None]}), stacks) == ((None,), (READ, None))
    assert read_boxes(_file(tmp_path, {}), stacks) == ((None,), (None, None))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"c": [BOX]}, r"stacks of this job \(a, b\), found c"),
        ({"b": [BOX]}, r"boxes\.json, b: expected a list of 2 boxes.*found 1"),
        ({"b": BOX}, r"a list of 2 boxes.*found 6"),
        ({"b": None}, r"found NoneType"),
        ({"b": [None, BOX[:5]]}, r"boxes\.json, b, VOI 1: expected null, or six.*5 numbers"),
        ({"b": [None, "box"]}, r"VOI 1.*not a list of whole numbers"),
        ({"b": [None, [*BOX[:5], 150.0]]}, "not a list of whole numbers"),
        ({"b": [None, [*BOX[:5], True]]}, "not a list of whole numbers"),
        ({"b": [None, [*BOX[:5], 257]]}, "along x, 0 <= 130 < 257 <= 256 is not so"),
    ],
)
def test_what_does_not_fit_is_named(
    tmp_path: Path, stacks: tuple[StackInput, ...], content: Any, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        read_boxes(_file(tmp_path, content), stacks)


def test_a_file_that_is_missing_or_no_json_is_named(
    tmp_path: Path, stacks: tuple[StackInput, ...]
) -> None:
    with pytest.raises(InputError, match=r"boxes\.json: expected a JSON file of boxes"):
        read_boxes(tmp_path / "boxes.json", stacks)
    (tmp_path / "boxes.json").write_text("[")
    with pytest.raises(InputError, match=r"boxes\.json: expected a JSON file of boxes"):
        read_boxes(tmp_path / "boxes.json", stacks)


def test_no_box_is_nothing_to_refuse() -> None:
    check_none([(None, None), ()])
    with pytest.raises(CallError, match="one that knows clicks only, and 1 boxes"):
        check_none([(None,), (READ,)])
