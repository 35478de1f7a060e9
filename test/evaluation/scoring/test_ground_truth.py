"""The reference data: both forms, and everything that can be wrong with it."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_stacks import write_image
from synthetic_submission import SPACING_MM, empty

from evaluation.scoring import ground_truth as module
from evaluation.scoring.ground_truth import ClickPair, find_ground_truth, read_ground_truth
from uls.workshop.errors import InputError

SINGLE: Any = [0, 1]
MULTI: Any = [[[0, 1, [1.0, -2.0, 0.5]]]]
SPACING: Any = [SPACING_MM] * 2


@pytest.fixture(scope="module")
def stack_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stack")
    return write_image(folder / "stack.mha", np.concatenate([empty()] * 2))


@pytest.fixture
def folder(tmp_path: Path, stack_file: Path) -> Path:
    """One stack of two VOIs, described by lists."""
    (tmp_path / "stack.mha").symlink_to(stack_file)
    return described(tmp_path, SINGLE, MULTI, SPACING)


def described(folder: Path, single: Any, multi: Any, spacing: Any) -> Path:
    for name, document in (
        ("single_sample", single),
        ("multi_sample", multi),
        ("stacked_spacing", spacing),
    ):
        text = document if isinstance(document, str) else json.dumps(document)
        (folder / f"{name}.json").write_text(text)
    return folder


def test_one_stack_described_by_lists(folder: Path) -> None:
    (stack,) = read_ground_truth(folder)
    assert (stack.name, stack.header.n_vois, stack.lesions) == ("stack", 2, (0, 1))
    assert stack.spacings_mm == ((0.5, 0.5, 2.0),) * 2
    assert stack.clicks == ((ClickPair(0, 1, (1.0, -2.0, 0.5)),),)


@pytest.mark.parametrize("keys", [("b", "a"), ("b.mha", "a.mha")])
def test_several_stacks_described_by_objects(
    tmp_path: Path, stack_file: Path, keys: tuple[str, str]
) -> None:
    """The order is that of single_sample.json, not of the names."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.mha").symlink_to(stack_file)
    first, second = keys
    described(
        tmp_path,
        {first: [1], second: [0]},
        {second: [], first: MULTI},
        {first: SPACING, second: SPACING},
    )
    stacks = read_ground_truth(tmp_path)
    assert [(stack.name, stack.lesions, len(stack.clicks)) for stack in stacks] == [
        ("b", (1,), 1),
        ("a", (0,), 0),
    ]


def test_one_stack_described_by_objects(folder: Path) -> None:
    described(folder, {"stack": SINGLE}, {"stack": MULTI}, {"stack": SPACING})
    assert [stack.name for stack in read_ground_truth(folder)] == ["stack"]


def test_no_lesion_needs_to_be_clicked_twice(folder: Path) -> None:
    (stack,) = read_ground_truth(described(folder, SINGLE, [], SPACING))
    assert stack.clicks == ()


def test_a_file_with_a_byte_order_mark_is_read(folder: Path) -> None:
    (folder / "single_sample.json").write_bytes(b"\xef\xbb\xbf[1]")
    assert read_ground_truth(folder)[0].lesions == (1,)


def test_a_voi_listed_twice_counts_twice_and_is_told(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (stack,) = read_ground_truth(described(folder, [1, 1, 0], MULTI, SPACING))
    assert stack.lesions == (1, 1, 0)
    assert "VOI [1] counts more than once" in caplog.text


def pair(a: Any = 0, b: Any = 1, shift: Any = (0.0, 0.0, 0.0)) -> Any:
    return [[[a, b, shift]]]


ONE, NAN = "[0]", "[NaN, 0.0, 0.0]"


@pytest.mark.parametrize(
    ("single", "multi", "spacing", "message"),
    [
        ([0, 2], MULTI, SPACING, "single_sample.json: expected VOI indices below 2"),
        ([-1], MULTI, SPACING, "single_sample.json[0]: expected Input should be greater than or"),
        ([0.0], MULTI, SPACING, "single_sample.json[0]: expected Input should be a valid integer"),
        ([True], MULTI, SPACING, "single_sample.json[0]: expected Input should be a valid integer"),
        (["0"], MULTI, SPACING, "single_sample.json[0]: expected Input should be a valid integer"),
        ([], MULTI, SPACING, "single_sample.json: expected at least one VOI to score"),
        (5, MULTI, SPACING, "expected a list in all three files (one stack) or an object"),
        ("[0", MULTI, SPACING, "single_sample.json: expected JSON"),
        ("", MULTI, SPACING, "single_sample.json: expected JSON"),
        ("[" * 100_000, MULTI, SPACING, "single_sample.json: expected JSON"),
        (SINGLE, pair(b=2), SPACING, "multi_sample.json: expected VOI indices below 2"),
        (SINGLE, pair(a=-1), SPACING, "multi_sample.json[0][0][0]: expected Input should be"),
        (SINGLE, pair(shift=[1, 2]), SPACING, "multi_sample.json[0][0][2][2]: expected Field"),
        (SINGLE, pair(shift=["1", 2, 3]), SPACING, "multi_sample.json[0][0][2][0]: expected"),
        (SINGLE, f"[[[0, 1, {NAN}]]]", SPACING, "multi_sample.json[0][0][2][0]: expected Input"),
        (SINGLE, [[[0, 1]]], SPACING, "multi_sample.json[0][0][2]: expected Field required"),
        (SINGLE, [[]], SPACING, "multi_sample.json[0]: expected List should have at least 1"),
        (SINGLE, [[0, 1, [1, 2, 3]]], SPACING, "multi_sample.json[0][0]: expected"),
        (SINGLE, MULTI, [SPACING_MM], "stacked_spacing.json: expected a list of 2 spacings"),
        (SINGLE, MULTI, [SPACING_MM] * 3, "stacked_spacing.json: expected a list of 2 spacings"),
        (SINGLE, MULTI, [SPACING_MM, [1, 1, 0]], "stacked_spacing.json, VOI 1: expected three"),
        (SINGLE, MULTI, [SPACING_MM, [1, 1, -1]], "stacked_spacing.json, VOI 1: expected three"),
        (SINGLE, MULTI, [SPACING_MM, [1, 1]], "stacked_spacing.json, VOI 1: expected three"),
        (SINGLE, MULTI, f"[[1, 1, 1], {NAN}]", "stacked_spacing.json, VOI 1: expected three"),
        ({"stack": SINGLE}, MULTI, SPACING, "multi_sample.json: expected a list in all three"),
        (
            {"stack": SINGLE},
            {"other": MULTI},
            {"stack": SPACING},
            "multi_sample.json: expected the stacks of single_sample.json: stack, found other",
        ),
        (
            '{"stack": [0], "stack": [1]}',
            {"stack": MULTI},
            {"stack": SPACING},
            "single_sample.json: expected JSON, found the key 'stack' more than once",
        ),
        (
            {"stack": [0], "stack.mha": [1]},
            {"stack": [], "stack.mha": []},
            {"stack": SPACING, "stack.mha": SPACING},
            "single_sample.json: expected every stack once, found 'stack' twice",
        ),
        (
            {"absent": SINGLE},
            {"absent": MULTI},
            {"absent": SPACING},
            "expected one stack of reference masks named 'absent', found none",
        ),
        (
            {"stack": SINGLE},
            {"stack": MULTI},
            {"stack": [SPACING_MM]},
            "stacked_spacing.json, 'stack': expected a list of 2 spacings",
        ),
    ],
)
def test_says_what_is_wrong_and_where(
    folder: Path, single: Any, multi: Any, spacing: Any, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_ground_truth(described(folder, single, multi, spacing))
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["single_sample", "multi_sample", "stacked_spacing"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / f"{name}.json").unlink()
    with pytest.raises(InputError, match=rf"{name}\.json: .* found no file"):
        read_ground_truth(folder)


def test_lists_describe_one_stack_only(folder: Path, stack_file: Path) -> None:
    (folder / "second.mha").symlink_to(stack_file)
    with pytest.raises(InputError, match=r"one stack of reference masks, found second\.mha, stack"):
        read_ground_truth(folder)


def test_lists_need_a_stack(folder: Path) -> None:
    (folder / "stack.mha").unlink()
    with pytest.raises(InputError, match="one stack of reference masks, found none"):
        read_ground_truth(folder)


def test_a_stack_that_no_file_names_is_told(
    folder: Path, stack_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "second.mha").symlink_to(stack_file)
    with caplog.at_level(logging.WARNING):
        read_ground_truth(
            described(folder, {"stack": SINGLE}, {"stack": MULTI}, {"stack": SPACING})
        )
    assert "no JSON file names second.mha; not scored" in caplog.text


def test_the_folder_asked_for_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploaded, baked_in, asked_for = (tmp_path / name for name in ("up", "baked", "asked"))
    monkeypatch.setattr(module, "UPLOADED_GROUND_TRUTH", uploaded)
    monkeypatch.setattr(module, "BAKED_IN_GROUND_TRUTH", baked_in)
    baked_in.mkdir()
    assert find_ground_truth(None) == baked_in
    uploaded.mkdir()
    assert find_ground_truth(None) == uploaded
    asked_for.mkdir()
    assert find_ground_truth(asked_for) == asked_for


def test_a_missing_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent: .* found no folder\. Name it by --ground-truth"):
        find_ground_truth(tmp_path / "absent")
