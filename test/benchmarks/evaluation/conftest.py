"""Fixtures of tests of the evaluation's benchmark."""

from pathlib import Path

import pytest
from synthetic_submission import Submission, three_vois


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    """A small submission, see `three_vois`."""
    return three_vois(tmp_path)
