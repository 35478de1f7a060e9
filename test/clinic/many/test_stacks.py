"""Stacks of VOIs: one item per stack, the very masks of `segment-stacks`, and no other touched."""

import json
from pathlib import Path

import numpy as np
import pytest
from bright_predictor import bright_model
from cohorts import Run, rows_of
from synthetic_stacks import voi_with_cube, write_job

from algorithm.job.job import run_job
from algorithm.job.options import JobOptions
from uls.platform.slugs import MASK_FOLDER, STACK_FOLDER
from uls.workshop.errors import CallError, InputError

pytestmark = pytest.mark.usefixtures("in_this_process")


def _stacks(folder: Path) -> Path:
    small, large = voi_with_cube(half=2), voi_with_cube(half=4)
    return write_job(folder, {"a.mha": np.concatenate([small, large]), "b.mha": large})


def _many(run: Run, folder: Path, **more: object) -> None:
    run(table=None, mm=None, stacks=folder, **more)


def test_each_stack_is_an_item_with_the_masks_of_its_job(run: Run, tmp_path: Path) -> None:
    job = _stacks(tmp_path / "job")
    whole = JobOptions(input_folder=job, output_folder=tmp_path / "whole")
    run_job(bright_model().predictor, whole)

    _many(run, job)

    out = tmp_path / "out"
    assert [(row["case"], row["lesions"]) for row in rows_of(out / "cases.csv")] == [
        ("a", "2"), ("b", "1"),
    ]  # fmt: skip
    for name in ("a", "b"):
        mask = f"{MASK_FOLDER}/{name}.mha"
        assert (out / "results" / name / mask).read_bytes() == (
            tmp_path / "whole" / mask
        ).read_bytes()
    record = json.loads((out / "results/a/results.json").read_text())
    assert [voi["voxels"] for voi in record["vois"]] == [5**3, 9**3]


def test_a_broken_stack_stops_no_other(run: Run, tmp_path: Path) -> None:
    job = _stacks(tmp_path / "job")
    path = job / STACK_FOLDER / "a.mha"
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(InputError, match=r"2 cases: .* found 1 that cannot"):
        _many(run, job)

    [failure] = rows_of(tmp_path / "out/failures.csv")
    assert (failure["case"], failure["kind"]) == ("a", "input")
    assert "truncated" in failure["problem"]


def test_a_folder_of_jobs(run: Run, tmp_path: Path) -> None:
    for name in ("monday", "tuesday"):
        write_job(tmp_path / "jobs" / name, {"a.mha": voi_with_cube()})

    _many(run, tmp_path / "jobs")

    cases = [row["case"] for row in rows_of(tmp_path / "out/cases.csv")]
    assert cases == ["monday.a", "tuesday.a"]


def test_calls_that_do_not_fit(run: Run, cohort: Path, tmp_path: Path) -> None:
    job = _stacks(tmp_path / "job")
    with pytest.raises(CallError, match="expected a table, or --stacks, found both"):
        run(stacks=job)
    with pytest.raises(CallError, match="expected a table, or --stacks, found neither"):
        run(table=None)
    with pytest.raises(CallError, match="stacks say all themselves"):
        run(table=None, stacks=job)  # with --mm
    with pytest.raises(InputError, match="found none"):
        _many(run, cohort)
