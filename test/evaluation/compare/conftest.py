"""Fixtures of the comparison's tests."""

from functools import partial
from pathlib import Path

import pytest
from synthetic_scores import Write, write_scores


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes `<name>/metrics.json` with chosen scores."""
    return partial(write_scores, tmp_path)
