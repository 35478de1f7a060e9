"""How good the imported model is on scenes it never saw, through the algorithm's own prediction."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from algorithm import engines, weights
from algorithm.prediction import Predictor
from training.smoke.cases import HELD_OUT, Case, draw_cases
from training.smoke.recipe import SmokeRecipe
from uls.lesion import clicked
from uls.voi import CLICK_ZYX, VOI_SHAPE_ZYX

__all__ = ["Assessment", "Score", "assess"]


@dataclass(frozen=True)
class Score:
    """One held-out lesion: where it lay, its size, and how the prediction fits."""

    host: str
    diameter_mm: float
    dice: float
    holds_click: bool


@dataclass(frozen=True)
class Assessment:
    """All held-out lesions."""

    scores: tuple[Score, ...]

    @property
    def mean_dice(self) -> float:
        """Mean over all lesions."""
        return float(np.mean([score.dice for score in self.scores]))

    @property
    def median_dice(self) -> float:
        """Median over all lesions."""
        return float(np.median([score.dice for score in self.scores]))

    @property
    def n_holding_click(self) -> int:
        """Count the predictions that hold the clicked voxel."""
        return sum(score.holds_click for score in self.scores)

    def by_host(self) -> dict[str, tuple[int, float]]:
        """Give the number of lesions and the mean Dice per tissue, sorted by tissue."""
        hosts = sorted({score.host for score in self.scores})
        dice = {host: [s.dice for s in self.scores if s.host == host] for host in hosts}
        return {host: (len(values), float(np.mean(values))) for host, values in dice.items()}


def assess(model_folder: Path, recipe: SmokeRecipe, *, workers: int) -> Assessment:
    """Predict all held-out cases with the reference engine (torch on the CPU, float32)."""
    model = weights.load_model(model_folder)
    predictor = Predictor(model, engines.create("torch", model, device="cpu"))
    return Assessment(tuple(_scores(predictor, recipe, workers)))


def _scores(predictor: Predictor, recipe: SmokeRecipe, workers: int) -> Iterator[Score]:
    cases = draw_cases(
        recipe.held_out_scenes,
        family=HELD_OUT,
        seed=recipe.seed,
        patch_zyx=VOI_SHAPE_ZYX,
        workers=workers,
    )
    for case in cases:
        yield _score(predictor, case)


def _score(predictor: Predictor, case: Case) -> Score:
    lesion = predictor.predict(case.hu) > 0
    mask = clicked(lesion, spacing_mm=case.spacing).mask
    overlap = 2 * int(np.count_nonzero(mask & case.mask))
    total = int(np.count_nonzero(mask)) + int(np.count_nonzero(case.mask))
    return Score(
        host=case.host,
        diameter_mm=case.diameter_mm,
        dice=overlap / total,
        holds_click=bool(mask[CLICK_ZYX]),
    )
