"""predictions.json, in all the forms that platforms have written."""

import json
from pathlib import Path
from typing import Any

import pytest

from uls.platform.predictions import PredictionJob, read_predictions
from uls.platform.slugs import MASK_SLUG, STACK_SLUG
from uls.workshop.errors import InputError


def entry(key: str = "socket", *, mask_pk: str = "mask", pk: str = "job") -> dict[str, Any]:
    """One job; `key` is what the platform's generation calls a socket."""
    return {
        "pk": pk,
        "status": "Succeeded",
        "inputs": [{key: {"slug": STACK_SLUG, "kind": "Image"}, "image": {"name": "a.mha"}}],
        "outputs": [{key: {"slug": MASK_SLUG}, "image": {"name": "a.mha", "pk": mask_pk}}],
        "started_at": "ignored",
    }


def read(tmp_path: Path, document: Any) -> tuple[PredictionJob, ...]:
    path = tmp_path / "predictions.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_predictions(path)


EXPECTED = PredictionJob(pk="job", status="Succeeded", stack="a", mask_file="mask.mha")


@pytest.mark.parametrize("key", ["socket", "interface"])
def test_reads_both_generations(tmp_path: Path, key: str) -> None:
    assert read(tmp_path, [entry(key)]) == (EXPECTED,)


def test_reads_an_entry_with_both_keys(tmp_path: Path) -> None:
    both = entry()
    for value in (*both["inputs"], *both["outputs"]):
        value["interface"] = dict(value["socket"])
    assert read(tmp_path, [both]) == (EXPECTED,)


def test_finds_its_sockets_among_others(tmp_path: Path) -> None:
    job = entry()
    other = {"socket": {"slug": "another"}, "image": None, "value": 3, "file": None}
    job["inputs"].insert(0, other)
    job["outputs"].insert(0, other)
    assert read(tmp_path, [job]) == (EXPECTED,)


def test_keeps_the_order_of_the_file(tmp_path: Path) -> None:
    jobs = read(tmp_path, [entry(pk=pk) for pk in ("c", "a", "b")])
    assert [job.pk for job in jobs] == ["c", "a", "b"]


@pytest.mark.parametrize("mask_pk", ["m-1", "m-1.mha"])
def test_the_mask_files_suffix_may_be_left_out(tmp_path: Path, mask_pk: str) -> None:
    (job,) = read(tmp_path, [entry(mask_pk=mask_pk)])
    assert job.mask_file == "m-1.mha"


def test_a_failed_job_needs_no_output(tmp_path: Path) -> None:
    job = entry() | {"status": "Failed", "outputs": []}
    (read_job,) = read(tmp_path, [job])
    assert not read_job.succeeded
    assert read_job.mask_file is None


@pytest.mark.parametrize("status", ["Succeeded", "succeeded", "Failed", "Cancelled", ""])
def test_only_one_status_is_success(tmp_path: Path, status: str) -> None:
    (job,) = read(tmp_path, [entry() | {"status": status}])
    assert job.succeeded == (status == "Succeeded")


@pytest.mark.parametrize("name", ["../x", "x/y", "/x", "..", ".", "", "x\\y", "x\0", "x\n"])
@pytest.mark.parametrize("place", ["pk", "mask", "stack"])
def test_refuses_names_that_lead_elsewhere(tmp_path: Path, name: str, place: str) -> None:
    job = entry()
    if place == "pk":
        job["pk"] = name
    elif place == "mask":
        job["outputs"][0]["image"]["pk"] = name
    else:
        job["inputs"][0]["image"]["name"] = name
    with pytest.raises(InputError, match="expected a plain name"):
        read(tmp_path, [job])


def without(*path: Any) -> dict[str, Any]:
    """An entry that lacks what lies at the path."""
    job: Any = entry()
    *parents, last = path
    place = job
    for step in parents:
        place = place[step]
    del place[last]
    return dict(job)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("[", "predictions.json: expected the platform's list of jobs"),
        ("", "predictions.json: expected the platform's list of jobs"),
        ("\xff", "predictions.json: expected the platform's list of jobs"),
        ({}, "predictions.json: expected the platform's list of jobs"),
        (1.5, "predictions.json: expected the platform's list of jobs"),
        ([1], "entry 0"),
        ([without("pk")], "entry 0.pk: Field required"),
        ([without("status")], "entry 0.status: Field required"),
        ([without("inputs")], "entry 0.inputs: Field required"),
        ([entry() | {"outputs": 3}], "entry 0.outputs"),
        ([entry() | {"pk": 3}], "entry 0.pk"),
        ([entry(), without("inputs", 0, "socket", "slug")], "entry 1.inputs.0.socket.slug"),
        ([without("inputs", 0)], "job 'job': expected the name of an image under"),
        ([without("inputs", 0, "socket")], "job 'job': expected the name of an image under"),
        ([without("inputs", 0, "image")], "job 'job': expected the name of an image under"),
        ([without("inputs", 0, "image", "name")], "job 'job': expected the name of an image"),
        ([entry(), entry()], "expected every job once, found job 'job' more than once"),
        ([entry() | {"inputs": entry()["inputs"] * 2}], "job 'job', inputs: expected one image"),
        ([entry() | {"outputs": entry()["outputs"] * 2}], "job 'job', outputs: expected one"),
    ],
)
def test_says_what_is_wrong_and_where(tmp_path: Path, document: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, document)
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"predictions\.json: .* found no file"):
        read_predictions(tmp_path / "predictions.json")
