"""Scores of three models on lesions of several types, as a paper's table has them."""

from pathlib import Path

import numpy as np
from synthetic_lesions import clicks, lesion, measures
from synthetic_metrics import metrics_of

from evaluation.results.metrics import Metrics
from evaluation.results.metrics_file import write_metrics

TYPES = {
    **{"kidney": "FSUP", "lung": "FSUP", "lymph node": "FSUP", "liver": "FSUP"},
    **{"bone": "FSUP", "breast": "PSUP", "peritoneum": "PSUP"},
}
MODELS = {"nnUnet": 0.62, "nnUnet-ResEnc": 0.70, "nnUnet-ResEnc+TTA": 0.72}


def model_metrics(level: float, *, each: int = 9, seed: int = 1) -> Metrics:
    """Draw scores around a level; the lesions are the same for every level."""
    random, own = np.random.default_rng(seed), np.random.default_rng(round(1000 * level))
    lesions = []
    for voi, (kind, group) in enumerate(pair for pair in TYPES.items() for _ in range(each)):
        long_mm, ease = float(random.uniform(8, 60)), float(random.normal(0, 0.15))
        dice = float(np.clip(level + ease + own.normal(0, 0.08), 0, 0.98))
        error = float(np.clip((1 - dice) * own.uniform(0.05, 0.7), 0, 1))
        lesions.append(
            lesion(
                dice,
                voi=voi,
                errors=(error, float(np.clip(error * own.uniform(0.6, 1.5), 0, 1))),
                reference=measures(long_mm, long_mm * 0.7),
                patient=f"p{voi // 2}",
                type=kind,
                group=group,
            )
        )
    several = [clicks(float(np.clip(level + 0.05, 0, 1)), 3 * n, 3 * n + 1) for n in range(5)]
    return metrics_of(lesions, several)


def write_models(folder: Path, *, each: int = 9) -> list[Path]:
    """Write `<model>/metrics.json` of every model."""
    paths = []
    for name, level in MODELS.items():
        (folder / name).mkdir(parents=True)
        paths.append(write_metrics(model_metrics(level, each=each), folder / name))
    return paths
