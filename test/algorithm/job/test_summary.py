"""The summary as JSON: what each VOI was predicted by, and why."""

import json
from pathlib import Path

import pytest

from algorithm.job.means import Means
from algorithm.job.outcome import StackOutcome, VoiOutcome
from algorithm.job.stopwatch import Stopwatch
from algorithm.job.summary import Summary, check_summary, write_summary
from uls.workshop.errors import OutputError

HIT = VoiOutcome(0, voxels=10, volume_ml=0.01, distance_mm=0.0, n_components=1)
FEWER = VoiOutcome(1, 10, 0.01, 0.0, 1, passes_left_out=2)
LATE = VoiOutcome(2, 10, 0.01, 2.5, 1, means=Means.FALLBACK)
FAILED = VoiOutcome(3, 0, 0.0, None, 2, means=Means.FALLBACK, model_failed=True)
EMPTY = VoiOutcome.left_empty(0)


def test_it_counts_and_names_every_voi(tmp_path: Path) -> None:
    stacks = [
        StackOutcome(Path("out/a.mha"), (HIT, FEWER, LATE, FAILED)),
        StackOutcome(Path("out/b.mha"), (EMPTY,)),
    ]
    file = tmp_path / "summary.json"

    write_summary(file, stacks, Stopwatch(), 60.0)

    written = json.loads(file.read_text())
    assert Summary.model_validate(written)
    assert {name: written[name] for name in list(written)[:6]} == {
        "format": 1,
        "vois": 5,
        "model": 2,
        "starter": 2,
        "left_empty": 1,
        "empty_masks": 2,
    }
    assert written["budget_seconds"] == 60.0
    assert written["seconds"] >= 0
    first, second = written["stacks"]
    assert (first["mask"], second["mask"]) == ("out/a.mha", "out/b.mha")
    assert [(voi["voi"], voi["by"], voi["why"]) for voi in first["vois"] + second["vois"]] == [
        (1, "model", ""),
        (2, "model", "for lack of time"),
        (3, "starter", "for lack of time"),
        (4, "starter", "as the model failed on it"),
        (1, "nothing", "for lack of time"),
    ]
    assert list(tmp_path.iterdir()) == [file]


def test_a_place_that_cannot_be_is_refused_before_the_job(tmp_path: Path) -> None:
    check_summary(None)
    check_summary(tmp_path / "summary.json")
    with pytest.raises(OutputError, match="a folder to write it in, found none"):
        check_summary(tmp_path / "none" / "summary.json")
    with pytest.raises(OutputError, match="a file to write, found a folder"):
        check_summary(tmp_path)
