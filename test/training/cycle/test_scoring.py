"""Scores of a real model, through the project's own inference and evaluation."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starter_model import STARTER

from training.cycle.scoring import score_model, scores_in
from training.cycle.segmenting import AlgorithmSegment

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "test" / "sample"


class NeverAsked:
    settings: Mapping[str, Any] = {}

    def __call__(self, *_: Path) -> None:
        raise AssertionError("the masks are there already")


def test_the_starter_model_on_the_sample(tmp_path: Path) -> None:
    score_model(STARTER, SAMPLE, tmp_path, AlgorithmSegment())
    found = scores_in(tmp_path)
    assert found.aggregates.dice.count == 2
    assert found.aggregates.challenge_score is not None
    assert found.aggregates.dice.mean is not None
    assert found.aggregates.dice.mean > 0.3  # masks of nothing, or elsewhere, would be near 0
    # Stopped after the masks were made: they are scored, not made again
    (tmp_path / "metrics.json").unlink()
    score_model(STARTER, SAMPLE, tmp_path, NeverAsked())
    assert scores_in(tmp_path).aggregates == found.aggregates
    shutil.rmtree(tmp_path / "masks")
