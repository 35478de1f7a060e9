"""Does this installation score as released? The sample's expected masks, scored, say so."""

import math
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.results.metrics import Aggregates
from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Options
from uls.platform import sample
from uls.platform.slugs import MASK_FOLDER
from uls.workshop.errors import UserError

__all__ = ["LARGEST_RELATIVE_ERROR", "check_scores", "score_sample"]

LARGEST_RELATIVE_ERROR = 1e-9
"""Scores are ratios and means of whole numbers and roots; only the order of a sum may differ."""


def check_scores() -> str:
    """Score the sample's released masks, compare, and return a sentence's end.

    Raises:
        InputError: the sample is damaged.
        UserError: a score is another.
    """
    folder = sample.find_sample()
    expected = sample.read_expected(folder).scores
    found = score_sample(folder)
    for name, value in expected.items():
        if not math.isclose(found.get(name, math.nan), value, rel_tol=LARGEST_RELATIVE_ERROR):
            raise UserError.about(
                f"sample, {name}",
                expected=repr(value),
                found=repr(found.get(name)),
                hint="This installation does not score as released: do not use it, install it "
                "again.",
            )
    return f"all {len(expected)} scores of the sample are those released"


def score_sample(folder: Path) -> dict[str, float]:
    """Score a sample's released masks; return every figure of the aggregates under its name."""
    with TemporaryDirectory(prefix="uls23-self-test-") as place:
        jobs, scores = Path(place) / "jobs", Path(place) / "scores"
        masks = jobs / sample.NAME / "output" / MASK_FOLDER / f"{sample.NAME}.mha"
        masks.parent.mkdir(parents=True)
        scores.mkdir()
        shutil.copyfile(folder / sample.EXPECTED_MASKS, masks)
        shutil.copyfile(folder / sample.PREDICTIONS_FILE, jobs / sample.PREDICTIONS_FILE)
        options = Options(
            input_folder=jobs, output_folder=scores, ground_truth=folder / "ground-truth"
        )
        return _figures(evaluate(options).aggregates)


def _figures(aggregates: Aggregates) -> dict[str, float]:
    """Return the aggregates as `SegmentationDice.mean` and so on, without what does not exist."""
    figures: dict[str, float] = {}
    for metric, value in aggregates.model_dump(by_alias=True).items():
        below = value.items() if isinstance(value, dict) else [("", value)]
        named = ((f"{metric}.{key}".rstrip("."), one) for key, one in below)
        figures |= {name: float(one) for name, one in named if one is not None}
    return figures
