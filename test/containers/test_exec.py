"""Exec images: one job from /input to /output, and how they end when it cannot be done."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from containers.engine import ROOT, Folders, docker_ok, run
from containers.jobs import give_predictions, give_sample, masks

from uls.platform.slugs import MASK_FOLDER, SPACINGS_FILE, STACK_FOLDER

pytestmark = pytest.mark.container

MASKS = f"{MASK_FOLDER}/sample.mha"


@pytest.fixture
def job(tmp_path: Path, sample: Path) -> Folders:
    """The sample as the algorithm's input."""
    folders = Folders.under(tmp_path / "job")
    give_sample(folders, sample)
    return folders


@pytest.fixture(
    params=[
        ("algorithm", []),
        ("algorithm", ["--engine", "winograd"]),
        ("gpu_algorithm", ["--engine", "torch"]),
    ],
    ids=["openvino", "winograd", "torch"],
)
def segmented(request: pytest.FixtureRequest, job: Folders) -> Folders:
    """The sample after the algorithm's job."""
    image, arguments = request.param
    ended = run(f"{request.getfixturevalue(image)}:exec", job, *arguments)
    assert ended.exit_code == 0, ended.log
    assert list(job.written) == [MASKS]
    return job


def test_sample_becomes_masks_and_masks_become_scores(
    segmented: Folders, evaluation: str, sample: Path, tmp_path: Path
) -> None:
    mask = sitk.ReadImage(str(segmented.written[MASKS]))
    stack = sitk.ReadImage(str(sample / "input" / STACK_FOLDER / "sample.mha"))
    assert mask.GetPixelID() == sitk.sitkUInt8
    for geometry in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        assert getattr(mask, geometry)() == getattr(stack, geometry)()
    assert set(np.unique(masks(segmented.written[MASKS]))) == {0, 1}

    scoring = Folders.under(tmp_path / "scoring", ground_truth=sample / "ground-truth")
    give_predictions(scoring, sample, segmented.written[MASKS])
    scored = run(f"{evaluation}:exec", scoring)
    assert scored.exit_code == 0, scored.log
    assert list(scoring.written) == ["metrics.json"]
    aggregates = json.loads(scoring.written["metrics.json"].read_text())["aggregates"]
    assert aggregates["SegmentationDice"]["count"] == 2  # lesions
    assert 0 < aggregates["ChallengeScore"] <= 1


def test_golden_set_scores_in_the_image_as_the_challenge_scored_it(
    evaluation: str, tmp_path: Path
) -> None:
    golden = ROOT / "test" / "golden" / "set-1"
    scoring = Folders.under(tmp_path, ground_truth=golden / "ground-truth")
    shutil.copytree(golden / "input", scoring.input, dirs_exist_ok=True)
    scored = run(f"{evaluation}:exec", scoring)
    assert scored.exit_code == 0, scored.log
    expected = json.loads((golden / "metrics.json").read_text())["aggregates"]
    aggregates = json.loads(scoring.written["metrics.json"].read_text())["aggregates"]
    assert aggregates["ChallengeScore"] == pytest.approx(expected["ChallengeScore"], abs=1e-9)


def test_uploaded_weights_win_over_baked_in_ones(
    algorithm: str, sample: Path, starter_model: Path, tmp_path: Path
) -> None:
    uploaded = tmp_path / "model"
    shutil.copytree(starter_model, uploaded)
    manifest = json.loads((uploaded / "model.json").read_text())
    manifest["name"] = "the-uploaded-one"
    (uploaded / "model.json").write_text(json.dumps(manifest))
    job = Folders.under(tmp_path / "job", model=uploaded)
    give_sample(job, sample)
    segmented = run(f"{algorithm}:exec", job)
    assert segmented.exit_code == 0, segmented.log
    assert "the-uploaded-one" in segmented.log


def test_a_budget_built_into_the_image_ends_the_job_with_a_valid_file(
    algorithm: str, job: Folders, tmp_path: Path
) -> None:
    """One second is what the job keeps back for leaving, so that every mask is empty."""
    recipe = tmp_path / "recipe"
    recipe.write_text(f"FROM {algorithm}:exec\nENV ULS_BUDGET=1\n")
    image = docker_ok("build", "--quiet", "--file", str(recipe), str(tmp_path)).split()[-1]
    ended = run(image, job)
    assert ended.exit_code == 0, ended.log
    assert "Of 6 VOIs, for lack of time: 6 left empty" in ended.log
    assert list(job.written) == [MASKS]
    assert set(np.unique(masks(job.written[MASKS]))) == {0}


def test_damaged_uploaded_weights_end_with_exit_code_4(
    algorithm: str, sample: Path, starter_model: Path, tmp_path: Path
) -> None:
    uploaded = tmp_path / "model"
    shutil.copytree(starter_model, uploaded)
    weights = next(uploaded.glob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    job = Folders.under(tmp_path / "job", model=uploaded)
    give_sample(job, sample)
    segmented = run(f"{algorithm}:exec", job)
    assert segmented.exit_code == 4, segmented.log
    assert weights.name in segmented.log
    assert not job.written


def test_malformed_input_ends_with_exit_code_3_and_writes_nothing(
    algorithm: str, job: Folders
) -> None:
    (job.input / SPACINGS_FILE).write_text("[[1, 1, 1]]")
    segmented = run(f"{algorithm}:exec", job)
    assert segmented.exit_code == 3, segmented.log
    assert SPACINGS_FILE in segmented.log
    assert "Traceback" not in segmented.log
    assert not job.written


@pytest.mark.parametrize("image", ["algorithm", "evaluation"])
def test_unwritable_output_ends_with_exit_code_1(
    image: str, sample: Path, job: Folders, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folders = job
    if image == "evaluation":
        folders = Folders.under(tmp_path / "scoring", ground_truth=sample / "ground-truth")
        give_predictions(folders, sample, sample / "ground-truth" / "sample.mha")
    folders.output.chmod(0o555)
    ended = run(f"{request.getfixturevalue(image)}:exec", folders)
    assert ended.exit_code == 1, ended.log
    assert "/output" in ended.log
    assert "Traceback" not in ended.log


def test_evaluation_uses_baked_in_references(evaluation: str, sample: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "Dockerfile"
    recipe.write_text(f"FROM {evaluation}:exec\nCOPY ground-truth /opt/app/ground-truth\n")
    image = docker_ok("build", "--quiet", "--file", str(recipe), str(sample)).split()[-1]
    scoring = Folders.under(tmp_path / "scoring")
    give_predictions(scoring, sample, sample / "ground-truth" / "sample.mha")
    try:
        scored = run(image, scoring)
    finally:
        docker_ok("image", "rm", "--force", image)
    assert scored.exit_code == 0, scored.log
    assert list(scoring.written) == ["metrics.json"]


def test_evaluation_without_ground_truth_says_where_it_belongs(
    evaluation: str, sample: Path, tmp_path: Path
) -> None:
    scoring = Folders.under(tmp_path)
    give_predictions(scoring, sample, sample / "ground-truth" / "sample.mha")
    scored = run(f"{evaluation}:exec", scoring)
    assert scored.exit_code == 3, scored.log
    assert "/opt/ml/input/data/ground_truth" in scored.log
    assert not scoring.written
