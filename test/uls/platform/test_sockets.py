import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_stacks import SPACING_MM, write_job

from uls.platform.slugs import SPACINGS_FILE, STACK_FOLDER
from uls.platform.sockets import find_job
from uls.workshop.errors import InputError

VOI = np.zeros((128, 256, 256), np.int16)
TWO_VOIS = np.zeros((256, 256, 256), np.int16)


def write_inputs(folder: Path, *sockets: dict[str, Any]) -> None:
    (folder / "inputs.json").write_text(json.dumps(sockets))


def stack_socket(key: str, relative_path: str, name: str = "s.mha") -> dict[str, Any]:
    described = {"slug": "stacked-3d-ct-volumes-of-lesions", "relative_path": relative_path}
    return {key: described, "image": {"name": name}, "file": None, "value": None}


def spacings_socket(key: str, relative_path: str, value: Any = None) -> dict[str, Any]:
    return {key: {"slug": "unknown", "relative_path": relative_path}, "value": value}


def test_finds_a_stack_and_its_spacings_at_the_fixed_places(tmp_path: Path) -> None:
    (stack,) = find_job(write_job(tmp_path, {"s.mha": TWO_VOIS}))
    assert stack.header.path == tmp_path / STACK_FOLDER / "s.mha"
    assert stack.spacings_mm == (SPACING_MM, SPACING_MM)


def test_several_stacks_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    spacings = {"b": [[1, 1, 1]], "a": [[2, 2, 2]]}
    jobs = find_job(write_job(tmp_path, {"b.mha": VOI, "a.nii.gz": VOI}, spacings=spacings))
    assert [(job.header.name, job.spacings_mm) for job in jobs] == [
        ("a", ((2.0, 2.0, 2.0),)),
        ("b", ((1.0, 1.0, 1.0),)),
    ]


@pytest.mark.parametrize("key", ["socket", "interface"])
def test_inputs_json_says_where_things_are(tmp_path: Path, key: str) -> None:
    write_job(tmp_path, {"s.mha": VOI})
    (tmp_path / STACK_FOLDER).rename(tmp_path / "elsewhere")
    (tmp_path / SPACINGS_FILE).rename(tmp_path / "elsewhere" / SPACINGS_FILE)
    write_inputs(
        tmp_path,
        stack_socket(key, "elsewhere"),
        spacings_socket(key, f"elsewhere/{SPACINGS_FILE}"),
    )
    (stack,) = find_job(tmp_path)
    assert stack.header.path == tmp_path / "elsewhere" / "s.mha"


def test_socket_goes_before_interface_when_both_are_there(tmp_path: Path) -> None:
    write_job(tmp_path, {"s.mha": VOI})
    both = stack_socket("socket", STACK_FOLDER) | stack_socket("interface", "old/place")
    write_inputs(tmp_path, both)
    (stack,) = find_job(tmp_path)
    assert stack.header.name == "s"


def test_only_the_stacks_that_inputs_json_names_are_taken(tmp_path: Path) -> None:
    write_job(tmp_path, {"s.mha": VOI, "other.mha": VOI}, spacings=[[1, 1, 1]])
    write_inputs(tmp_path, stack_socket("socket", STACK_FOLDER, name="s.mha"))
    (stack,) = find_job(tmp_path)
    assert stack.header.name == "s"


def test_file_that_goes_by_another_name_than_its_image_is_taken(tmp_path: Path) -> None:
    write_job(tmp_path, {"1f3a.mha": VOI})
    write_inputs(tmp_path, stack_socket("socket", STACK_FOLDER, name="s.mha"))
    (stack,) = find_job(tmp_path)
    assert stack.header.name == "1f3a"


def test_spacings_may_stand_in_inputs_json_itself(tmp_path: Path) -> None:
    write_job(tmp_path, {"s.mha": VOI})
    (tmp_path / SPACINGS_FILE).unlink()
    write_inputs(tmp_path, spacings_socket("socket", SPACINGS_FILE, [[0.5, 0.5, 3]]))
    (stack,) = find_job(tmp_path)
    assert stack.spacings_mm == ((0.5, 0.5, 3.0),)


@pytest.mark.parametrize("content", ["{", '{"socket": 1}', '[{"socket": {"slug": 3}}]'])
def test_malformed_inputs_json_is_refused(tmp_path: Path, content: str) -> None:
    write_job(tmp_path, {"s.mha": VOI})
    (tmp_path / "inputs.json").write_text(content)
    with pytest.raises(InputError, match=r"inputs\.json: expected the platform's list"):
        find_job(tmp_path)


def test_inputs_json_that_points_outside_is_refused(tmp_path: Path) -> None:
    write_job(tmp_path / "in", {"s.mha": VOI})
    write_inputs(tmp_path / "in", stack_socket("socket", "../elsewhere"))
    with pytest.raises(InputError, match="inside the input folder"):
        find_job(tmp_path / "in")


def test_missing_folders_and_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: expected the input folder"):
        find_job(tmp_path / "nowhere")
    with pytest.raises(InputError, match="stacked-3d-ct-lesion-volumes: expected a folder"):
        find_job(tmp_path)
    (tmp_path / STACK_FOLDER).mkdir(parents=True)
    with pytest.raises(InputError, match="found an empty folder"):
        find_job(tmp_path)
    (tmp_path / STACK_FOLDER / "notes.txt").write_text("x")
    with pytest.raises(InputError, match=r"found only notes\.txt"):
        find_job(tmp_path)
    write_job(tmp_path, {"s.mha": VOI})
    (tmp_path / SPACINGS_FILE).unlink()
    with pytest.raises(InputError, match=r"spacings\.json: expected .* found no file"):
        find_job(tmp_path)


def test_stacks_whose_masks_would_have_one_name_are_refused(tmp_path: Path) -> None:
    write_job(tmp_path, {"s.mha": VOI, "s.nii.gz": VOI}, spacings={"s": [[1, 1, 1]]})
    with pytest.raises(InputError, match=r"s\.nii\.gz: expected stacks of different names"):
        find_job(tmp_path)


@pytest.mark.parametrize(
    ("spacings", "message"),
    [
        ([], "a list of 1 spacings, one a VOI, found 0"),
        ([[1, 1, 1]] * 2, "a list of 1 spacings, one a VOI, found 2"),
        ("text", "found str"),
        ([[1, 1]], r"VOI 0: expected three positive, finite numbers .* found \[1, 1\]"),
        ([[1, 0, 1]], "VOI 0: expected three positive"),
        ([[1, -2, 1]], "VOI 0: expected three positive"),
        ([[1, float("nan"), 1]], "VOI 0: expected three positive"),
        ([[1, float("inf"), 1]], "VOI 0: expected three positive"),
        ([[1, "1", 1]], "VOI 0: expected three positive"),
        ([[1, True, 1]], "VOI 0: expected three positive"),
        ([[1, 10**400, 1]], "VOI 0: expected three positive"),
        ([None], "VOI 0: expected three positive"),
        ({"other": [[1, 1, 1]]}, r"expected spacings under 's', found \['other'\]"),
    ],
)
def test_impossible_spacings_are_refused(tmp_path: Path, spacings: Any, message: str) -> None:
    write_job(tmp_path, {"s.mha": VOI}, spacings=spacings)
    with pytest.raises(InputError, match=message) as caught:
        find_job(tmp_path)
    assert SPACINGS_FILE in str(caught.value)


def test_spacings_that_are_no_json_are_refused(tmp_path: Path) -> None:
    write_job(tmp_path, {"s.mha": VOI})
    (tmp_path / SPACINGS_FILE).write_bytes(b"\xff{")
    with pytest.raises(InputError, match="expected JSON"):
        find_job(tmp_path)


@pytest.mark.parametrize("step", [1e-300, 1e-9, 0.009, 100.5, 1e6])
def test_spacings_that_no_scan_has_are_refused(tmp_path: Path, step: float) -> None:
    write_job(tmp_path, {"s.mha": VOI}, spacings=[[1, step, 1]])
    with pytest.raises(InputError, match=r"VOI 0: expected .* of 0\.01 to 100 mm, found"):
        find_job(tmp_path)


def test_a_stack_named_twice_in_the_spacings_is_refused(tmp_path: Path) -> None:
    """Python's reader would take the second list without a word."""
    write_job(tmp_path, {"s.mha": VOI})
    (tmp_path / SPACINGS_FILE).write_text('{"s": [[1, 1, 1]], "s": [[2, 2, 2]]}')
    with pytest.raises(InputError, match="the key 's' more than once"):
        find_job(tmp_path)


@pytest.mark.parametrize("levels", [60, 900, 990, 5_000, 1_000_000])
@pytest.mark.parametrize("file", [SPACINGS_FILE, "inputs.json"])
def test_deeply_nested_json_is_a_sentence(tmp_path: Path, levels: int, file: str) -> None:
    write_job(tmp_path, {"s.mha": VOI})
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        (tmp_path / file).write_text(opened * levels + "1" + closed * levels)
        with pytest.raises(InputError, match=f"{file}: expected .*nested more than 50 levels"):
            find_job(tmp_path)


def test_a_socket_that_says_nothing_readable_is_named(tmp_path: Path) -> None:
    write_job(tmp_path, {"s.mha": VOI})
    write_inputs(tmp_path, {"socket": {"slug": 3}})
    with pytest.raises(
        InputError, match=r"inputs\.json: .*found entry 0\.socket\.slug: "
    ) as caught:
        find_job(tmp_path)
    assert "\n" not in str(caught.value)


def test_one_list_for_several_stacks_is_refused(tmp_path: Path) -> None:
    write_job(tmp_path, {"a.mha": VOI, "b.mha": VOI}, spacings=[[1, 1, 1]] * 2)
    with pytest.raises(InputError, match="under each stack's name"):
        find_job(tmp_path)
