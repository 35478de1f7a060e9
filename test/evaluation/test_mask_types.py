"""Masks of every voxel type score as the challenge's own code scores them, or are refused."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage
from synthetic_stacks import write_image
from synthetic_submission import SPACING_MM, Submission, block

from benchmarks.evaluation import literal
from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Missing
from uls.workshop.errors import InputError

SHIFT_MM = [1.0, -0.5, 4.0]
REFERENCE = block()
PREDICTIONS = (block(z=3, right=2), block(z=4, y=9, right=3))
WHOLE = [
    *[("uint8", 1), ("uint8", 255), ("int8", 1), ("uint16", 1), ("int16", 2)],
    *[("uint32", 1), ("int32", 3), ("uint64", 1), ("int64", 1)],
]
AROUND = (slice(48, 88), slice(112, 152), slice(112, 160))
"""Where the lesions are and go: a spline through all of a VOI takes seconds."""


def public_consistency(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """Click consistency as the public code has it: the spline on the file's own voxel type."""
    x, y, z = (math.floor(s // step) for s, step in zip(SHIFT_MM, SPACING_MM, strict=True))
    moved = ndimage.shift(b[AROUND], (z, -y, -x), order=3, mode="nearest")
    return literal.dice(a[AROUND], moved)


def submission(folder: Any, predictions: npt.NDArray[Any]) -> Submission:
    made = Submission(folder)
    made.add_stack([REFERENCE] * 2, list(PREDICTIONS), multi=[[[0, 1, SHIFT_MM]]])
    write_image(made.mask_file(), predictions)
    return made


@pytest.mark.parametrize(("dtype", "value"), WHOLE)
def test_whole_numbers_score_as_the_public_code_scores_them(
    tmp_path: Any, dtype: str, value: int
) -> None:
    a, b = (prediction.astype(dtype) * np.array(value, dtype) for prediction in PREDICTIONS)
    metrics = evaluate(submission(tmp_path, np.concatenate([a, b])).options())
    for index, voi in enumerate((a, b)):
        expected, found = literal.diameters(REFERENCE), literal.diameters(voi)
        assert metrics.case.dice[str(index)] == literal.dice(REFERENCE, voi)
        assert metrics.case.long_axis_error[str(index)] == pytest.approx(
            literal.sape(expected.long, found.long), abs=1e-12
        )
    assert metrics.consistency_check.dice["0"] == public_consistency(a, b)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_are_refused_as_the_public_code_scores_them_otherwise(
    tmp_path: Any, dtype: str
) -> None:
    a, b = (prediction.astype(dtype) for prediction in PREDICTIONS)
    assert public_consistency(a, b) < public_consistency(*PREDICTIONS) / 2
    made = submission(tmp_path, np.concatenate([a, b]))
    with pytest.raises(InputError, match=f"whole numbers.*found voxels of type {dtype}.*uint8"):
        evaluate(made.options())
    metrics = evaluate(made.options(missing=Missing.SCORE_ZERO))
    assert metrics.aggregates.challenge_score == 0


@pytest.mark.parametrize("value", [-1, -5])
def test_negative_values_are_refused_in_the_mask_and_in_the_reference(
    tmp_path: Any, value: int
) -> None:
    """The public code's axes leave out a slice without a value above 0; its Dice does not."""
    spoilt = np.concatenate(PREDICTIONS).astype(np.int16)
    spoilt[64 + 128][spoilt[64 + 128] == 1] = value
    made = submission(tmp_path, spoilt)
    with pytest.raises(InputError, match=f"VOI 1: expected values from 0 to.*found {value}"):
        evaluate(made.options())
    write_image(made.mask_file(), np.concatenate(PREDICTIONS))
    write_image(made.ground_truth / "stack.mha", spoilt)
    with pytest.raises(InputError, match=f"ground-truth/stack.mha, VOI 1.*found {value}"):
        evaluate(made.options())


def test_values_that_a_spline_smears_are_refused(tmp_path: Any) -> None:
    large = [prediction.astype(np.int64) << 40 for prediction in PREDICTIONS]
    metrics = evaluate(submission(tmp_path, np.concatenate(large)).options())
    assert metrics.consistency_check.dice["0"] == public_consistency(*large)
    with pytest.raises(InputError, match=f"found {2**41}"):
        evaluate(submission(tmp_path, np.concatenate(large) * 2).options())


def test_float_noise_in_a_reference_is_named_as_it_is(tmp_path: Any) -> None:
    made = submission(tmp_path, np.concatenate(PREDICTIONS))
    noisy = np.concatenate([REFERENCE] * 2) * np.float32(1.0000001)
    write_image(made.ground_truth / "stack.mha", noisy.astype(np.float32))
    metrics = evaluate(made.options())
    assert metrics.case.dice["0"] == literal.dice(REFERENCE, PREDICTIONS[0])
    assert any("VOI 0 holds 1.0000001;" in warning for warning in metrics.warnings)
