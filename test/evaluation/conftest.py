"""Fixtures of the evaluation's tests."""

from pathlib import Path

import pytest
from synthetic_submission import Submission, block, empty


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    """Three VOIs: a perfect prediction, one that is half off, an empty one; 0 and 1 are one lesion.

    In VOI 1 the block lies 5 voxels of 0.5 mm further right; a shift of 2.5 mm brings it back.
    """
    made = Submission(tmp_path)
    made.add_stack(
        references=[block(), block(), block()],
        predictions=[block(), block(right=5), empty()],
        multi=[[[0, 1, [2.5, 0.0, 0.0]]]],
    )
    return made
