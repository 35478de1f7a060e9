"""Which files can be compared, and in which order their lesions are."""

import json
from pathlib import Path

import pytest
from synthetic_scores import Write

from evaluation.compare.entries import read_entries
from uls.workshop.errors import CallError, InputError


def test_lesions_are_matched_by_voi_not_by_place(write: Write) -> None:
    a = write("a", [0.1, 0.2, 0.3], vois=[0, 1, 2])
    b = write("b", [0.3, 0.1, 0.2], vois=[2, 0, 1])
    first, second = read_entries([a, b]).entries
    assert first.scores[0].tolist() == second.scores[0].tolist() == [0.1, 0.2, 0.3]


def test_a_voi_that_counts_twice_is_matched_twice(write: Write) -> None:
    files = [write(name, [0.1, 0.1, 0.3], vois=[1, 1, 2]) for name in "ab"]
    for entry in read_entries(files).entries:
        assert entry.scores[0].tolist() == [0.1, 0.1, 0.3]


def test_names_are_the_folders_or_those_given(write: Write) -> None:
    files = [write("x", [0.1]), write("y", [0.2])]
    assert [entry.name for entry in read_entries(files).entries] == ["x", "y"]
    assert [entry.name for entry in read_entries(files, ["A", "B"]).entries] == ["A", "B"]


def test_one_file_is_no_comparison(write: Write) -> None:
    with pytest.raises(CallError, match=r"two metrics\.json or more, found 1"):
        read_entries([write("a", [0.1])])


@pytest.mark.parametrize(
    ("names", "message"),
    [(["A"], "2 names, one a file, found 1"), (["A", "A"], "'A' 2 times"), ([], "'x' 2 times")],
)
def test_names_must_tell_the_files_apart(write: Write, names: list[str], message: str) -> None:
    file = write("x", [0.1])
    with pytest.raises(CallError, match=message):
        read_entries([file, file], names)


def test_other_lesions_are_refused_and_named(write: Write) -> None:
    a, b = write("a", [0.1, 0.2], vois=[0, 1]), write("b", [0.1, 0.2], vois=[0, 7])
    with pytest.raises(InputError) as caught:
        read_entries([a, b])
    assert "the 2 lesions of" in str(caught.value)
    assert "without stack VOI 1; with also stack VOI 7" in str(caught.value)


def test_other_clicks_are_refused(write: Write) -> None:
    a, b = write("a", [0.1], consistency=[0.5]), write("b", [0.1])
    with pytest.raises(InputError, match="the 1 lesions with several clicks of"):
        read_entries([a, b])


def test_another_reference_is_refused(write: Write) -> None:
    a, b = write("a", [0.1]), write("b", [0.1])
    document = json.loads(b.read_text())
    document["lesions"][0]["reference"]["voxels"] = 9
    b.write_text(json.dumps(document))
    with pytest.raises(InputError, match="VOI 0: expected a reference of 100 voxels"):
        read_entries([a, b])


def test_what_is_no_metrics_json_is_refused(write: Write, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]")
    with pytest.raises(InputError, match=r"other\.json: expected a metrics\.json"):
        read_entries([write("a", [0.1]), other], ["a", "b"])
