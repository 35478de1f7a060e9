"""Bad submissions: which are errors, and which may be given the worst score instead."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from synthetic_stacks import write_image
from synthetic_submission import Submission, block, empty, job

from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Missing
from uls.workshop.errors import InputError

# What a submission may lack: an error that names the job, or the worst score.


def fail(submission: Submission) -> None:
    submission.jobs[0] |= {"status": "Failed", "outputs": []}


def fail_without_outputs(submission: Submission) -> None:
    """The platform writes null, or nothing, where a job failed before it had any."""
    submission.jobs[0] |= {"status": "Failed", "outputs": None}


def fail_without_the_key(submission: Submission) -> None:
    submission.jobs[0]["status"] = "Failed"
    del submission.jobs[0]["outputs"]


def fail_with_output(submission: Submission) -> None:
    submission.jobs[0]["status"] = "Cancelled"


def drop_output(submission: Submission) -> None:
    submission.jobs[0]["outputs"] = []


def drop_file(submission: Submission) -> None:
    submission.mask_file().rename(submission.mask_file().with_name("elsewhere.mha"))


def drop_folder(submission: Submission) -> None:
    submission.mask_file().unlink()
    submission.mask_file().parent.rmdir()


def make_folder(submission: Submission) -> None:
    submission.mask_file().unlink()
    submission.mask_file().mkdir()


def drop_job(submission: Submission) -> None:
    submission.jobs.clear()


def cut_short(submission: Submission) -> None:
    whole = submission.mask_file().read_bytes()
    submission.mask_file().write_bytes(whole[: len(whole) - 20])


def cut_voxels(submission: Submission) -> None:
    """The announced size is right, the packed voxels end in zeros: it shows while reading."""
    whole = submission.mask_file().read_bytes()
    submission.mask_file().write_bytes(whole[: len(whole) // 2] + bytes((len(whole) + 1) // 2))


def write_garbage(submission: Submission) -> None:
    submission.mask_file().write_bytes(b"no image at all")


def write_nothing(submission: Submission) -> None:
    submission.mask_file().write_bytes(b"")


def write_one_voi(submission: Submission) -> None:
    write_image(submission.mask_file(), block())


def write_small_slices(submission: Submission) -> None:
    write_image(submission.mask_file(), np.zeros((384, 128, 128), dtype=np.uint8))


def write_odd_height(submission: Submission) -> None:
    write_image(submission.mask_file(), np.zeros((383, 256, 256), dtype=np.uint8))


def write_nan(submission: Submission) -> None:
    predictions = np.concatenate([block(), block(right=5), empty()]).astype(np.float32)
    predictions[300, 0, 0] = np.nan
    write_image(submission.mask_file(), predictions)


def write_negative(submission: Submission) -> None:
    predictions = np.concatenate([block(), block(right=5), empty()]).astype(np.int8)
    write_image(submission.mask_file(), -predictions)


UNUSABLE = [
    (fail, "job 'job-stack' (stack 'stack'): expected status 'Succeeded', found 'Failed'"),
    (fail_without_outputs, "expected status 'Succeeded', found 'Failed'"),
    (fail_without_the_key, "expected status 'Succeeded', found 'Failed'"),
    (fail_with_output, "job 'job-stack' (stack 'stack'): expected status 'Succeeded', found 'Canc"),
    (drop_output, "job 'job-stack' (stack 'stack'): its entry in predictions.json names no mask"),
    (drop_file, "expected a mask stack, found only elsewhere.mha there"),
    (drop_folder, "expected a mask stack, found no such folder"),
    (make_folder, "expected a mask stack"),
    (drop_job, "no job for the stack 'stack'"),
    (cut_short, "the file is truncated"),
    (cut_voxels, "voxels that can be unpacked to the end"),
    (write_garbage, "expected a readable MetaImage header"),
    (write_nothing, "expected a readable MetaImage header"),
    (write_one_voi, "expected 256×256×384 voxels (x×y×z), as the reference, found 256×256×128"),
    (write_small_slices, "expected slices of 256×256"),
    (write_odd_height, "expected a z size that is a multiple of 128"),
    (write_nan, "expected a mask of whole numbers (uint8, values 0 and 1), found voxels of type"),
    (write_negative, "expected values from 0 to 1099511627776, found -1"),
]


@pytest.mark.parametrize(("spoil", "message"), UNUSABLE)
def test_without_a_usable_mask_nothing_is_scored(
    submission: Submission, spoil: Callable[[Submission], None], message: str
) -> None:
    spoil(submission)
    with pytest.raises(InputError) as caught:
        evaluate(submission.options())
    assert message in str(caught.value)
    assert "job-stack" in str(caught.value) or spoil is drop_job
    assert "--missing score-zero" in str(caught.value)
    assert not list(submission.output_folder.iterdir())


@pytest.mark.parametrize(("spoil", "message"), UNUSABLE)
def test_or_its_lesions_get_the_worst_score(
    submission: Submission,
    spoil: Callable[[Submission], None],
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spoil(submission)
    metrics = evaluate(submission.options(missing=Missing.SCORE_ZERO))
    worst = {"0": 0, "1": 0, "2": 0}
    assert metrics.case.dice == worst
    assert metrics.case.long_axis_error == metrics.case.short_axis_error == dict.fromkeys(worst, 1)
    assert metrics.consistency_check.dice == {"0": 0}
    assert metrics.aggregates.challenge_score == 0
    (missing,) = json.loads(submission.metrics_file.read_text())["missing"]
    assert (missing["stack"], missing["lesions"], missing["clicked_lesions"]) == ("stack", 3, 1)
    assert missing["job"] == (None if spoil is drop_job else "job-stack")
    assert message in missing["reason"]
    assert "Scored zero: " in caplog.text
    assert message in caplog.text
    assert all(lesion.prediction is None for lesion in metrics.lesions)
    assert all(lesion.reference.voxels == 400 for lesion in metrics.lesions)


def test_only_the_stack_without_a_usable_mask_is_scored_zero(tmp_path: Path) -> None:
    submission = Submission(tmp_path)
    submission.add_stack([block()], [block()], name="a", multi=[[[0, 0, [0.0] * 3]]])
    submission.add_stack([block()], [block()], name="b")
    submission.jobs[1]["status"] = "Failed"
    metrics = evaluate(submission.options(missing=Missing.SCORE_ZERO))
    assert metrics.case.dice == {"0": 1, "1": 0}
    assert [missing.stack for missing in metrics.missing] == ["b"]


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    submission = Submission(tmp_path)
    for name in ("a", "b"):
        submission.add_stack([block()], [block()], name=name)
        submission.jobs[-1]["status"] = "Failed"
    with pytest.raises(InputError) as caught:
        evaluate(submission.options())
    assert "job 'job-a'" in str(caught.value)
    assert "job 'job-b'" in str(caught.value)


# What cannot be understood: an error, whatever --missing says.


def name_another_stack(submission: Submission) -> None:
    submission.jobs[0]["inputs"][1]["image"]["name"] = "other.mha"


def add_unknown_stack(submission: Submission) -> None:
    submission.jobs.append(job("other"))


def list_stack_twice(submission: Submission) -> None:
    submission.jobs.append(job("stack") | {"pk": "second"})


def list_stack_again_after_failure(submission: Submission) -> None:
    submission.jobs.insert(0, job("stack") | {"pk": "second", "status": "Failed"})


def list_job_twice(submission: Submission) -> None:
    submission.jobs.append(submission.jobs[0])


def climb_by_job_pk(submission: Submission) -> None:
    submission.jobs[0]["pk"] = "../job-stack"


def climb_by_image_pk(submission: Submission) -> None:
    submission.jobs[0]["outputs"][0]["image"]["pk"] = "../../../../../ground-truth/stack"


def link_to_reference(submission: Submission) -> None:
    submission.mask_file().unlink()
    submission.mask_file().symlink_to(submission.ground_truth / "stack.mha")


def link_to_no_image(submission: Submission) -> None:
    submission.mask_file().unlink()
    submission.mask_file().symlink_to(submission.ground_truth / "single_sample.json")


def link_folder_out(submission: Submission) -> None:
    folder = submission.mask_file().parent
    folder.rename(submission.folder / "moved")
    folder.symlink_to(submission.folder / "moved")


def link_voxels_to_reference(submission: Submission) -> None:
    """The header lies in the job's folder and names a file beside it, which is a link."""
    voxels = submission.folder / "reference.raw"
    voxels.write_bytes(np.concatenate([block()] * 3).tobytes())
    (submission.mask_file().parent / "voxels.raw").symlink_to(voxels)
    submission.mask_file().write_text(
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nDimSize = 256 256 384\n"
        "ElementType = MET_UCHAR\nElementDataFile = voxels.raw\n"
    )


def link_a_slice_to_the_reference(submission: Submission) -> None:
    """One file a slice: only the last of them is a link out."""
    link_voxels_to_reference(submission)
    folder, header = submission.mask_file().parent, submission.mask_file()
    (folder / "voxels.raw").unlink()
    for index in range(384):
        (folder / f"{index}.raw").write_bytes(bytes(256 * 256))
    (folder / "383.raw").unlink()
    (submission.folder / "slice.raw").write_bytes(bytes(256 * 256))
    (folder / "383.raw").symlink_to(submission.folder / "slice.raw")
    names = "\n".join(f"{index}.raw" for index in range(384))
    header.write_text(header.read_text().replace("voxels.raw", f"LIST\n{names}"))


def link_predictions_out(submission: Submission) -> None:
    """What the jobs are would be read from a file that the submission does not hold."""
    submission.write()
    file = submission.input_folder / "predictions.json"
    file.rename(submission.folder / "predictions.json")
    file.symlink_to(submission.folder / "predictions.json")


def cut_reference(submission: Submission) -> None:
    file = submission.ground_truth / "stack.mha"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + bytes((len(whole) + 1) // 2))


def drop_reference(submission: Submission) -> None:
    (submission.ground_truth / "stack.mha").unlink()


@pytest.mark.parametrize("missing", list(Missing))
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (name_another_stack, "job 'job-stack', stack 'other': expected a stack of the reference"),
        (add_unknown_stack, "job 'job-other', stack 'other': expected a stack of the reference"),
        (list_stack_twice, "expected one job for the stack 'stack', found 2: 'job-stack', 'second"),
        (list_stack_again_after_failure, "one job for the stack 'stack', found 2: 'second', 'job"),
        (list_job_twice, "expected every job once, found job 'job-stack' more than once"),
        (climb_by_job_pk, "job '../job-stack', pk: expected a plain name"),
        (climb_by_image_pk, "job 'job-stack', image pk: expected a plain name"),
        (link_to_reference, "job 'job-stack'"),
        (link_to_no_image, "job 'job-stack'"),
        (link_folder_out, "job 'job-stack'"),
        (link_voxels_to_reference, "job 'job-stack'"),
        (link_a_slice_to_the_reference, "383.raw: expected a file inside"),
        (link_predictions_out, "predictions.json: expected a file inside"),
        (cut_reference, "ground-truth/stack.mha: expected voxels that can be unpacked"),
        (drop_reference, "expected one stack of reference masks, found none"),
    ],
)
def test_what_cannot_be_understood_is_an_error(
    submission: Submission, spoil: Callable[[Submission], None], message: str, missing: Missing
) -> None:
    spoil(submission)
    with pytest.raises(InputError) as caught:
        evaluate(submission.options(missing=missing))
    assert message in str(caught.value)
    assert ("found a link to" in str(caught.value)) == spoil.__name__.startswith("link")
    assert not submission.metrics_file.exists()


def test_a_missing_predictions_json_is_an_error(submission: Submission) -> None:
    options = submission.options(missing=Missing.SCORE_ZERO)
    (submission.input_folder / "predictions.json").unlink()
    with pytest.raises(InputError, match=r"predictions\.json: .* found no file"):
        evaluate(options)


# Masks in a folder of their own.


def test_masks_named_like_their_stacks(submission: Submission) -> None:
    masks = submission.folder / "masks"
    masks.mkdir()
    submission.mask_file().rename(masks / "stack.mha")
    options = submission.options().model_copy(
        update={"masks_folder": masks, "input_folder": Path("/nowhere")}
    )
    assert evaluate(options).case.dice == {"0": 1, "1": 0.5, "2": 0}


def test_a_mask_that_is_missing_there(submission: Submission) -> None:
    masks = submission.folder / "masks"
    masks.mkdir()
    options = submission.options().model_copy(update={"masks_folder": masks})
    with pytest.raises(InputError, match=r"stack\.mha: expected a mask stack, found an empty"):
        evaluate(options)
    metrics = evaluate(options.model_copy(update={"missing": Missing.SCORE_ZERO}))
    assert metrics.missing[0].job is None
    assert metrics.aggregates.challenge_score == 0


def test_a_mask_of_no_known_stack_there(submission: Submission) -> None:
    masks = submission.folder / "masks"
    masks.mkdir()
    submission.mask_file().rename(masks / "other.mha")
    with pytest.raises(InputError, match=r"other\.mha: expected a stack of the reference data"):
        evaluate(submission.options().model_copy(update={"masks_folder": masks}))


def test_a_folder_of_masks_that_is_not_there(submission: Submission) -> None:
    masks = submission.folder / "masks"
    with pytest.raises(InputError, match="masks: expected a folder of mask stacks"):
        evaluate(submission.options().model_copy(update={"masks_folder": masks}))
