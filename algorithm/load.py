"""From a model folder to a predictor: find, verify, load, say what it is, make it ready to run."""

import logging
from collections.abc import Sequence
from pathlib import Path

from algorithm import engines, weights
from algorithm.engines.base import Engine
from algorithm.models.zoom import ZoomPredictor
from algorithm.prediction import Predictor as NnunetPredictor
from algorithm.predictor import Predictor

__all__ = ["load_predictor", "make_predictor"]

_log = logging.getLogger(__name__)


def load_predictor(
    model_folder: Path | None, engine: str, device: str, precision: str = "auto"
) -> Predictor:
    """Find, verify and load a model, and say in the log what it is.

    Raises:
        ModelError: there is no model, or it is not what its manifest says.
        CallError: the engine is not installed, or the device is not there.
    """
    loaded = weights.load_model(weights.find_model(model_folder))
    for line in weights.describe(loaded):
        _log.info("%s", line)
    networks = engines.create(engine, loaded, device=device, precision=precision)
    _log.info("Engine: %s on %s", networks[0].name, networks[0].device)
    return make_predictor(loaded, networks)


def make_predictor(model: weights.Model, networks: Sequence[Engine]) -> Predictor:
    """Give the predictor for a model's kind."""
    if model.manifest.kind == "zoom":
        return ZoomPredictor(model, networks)
    return NnunetPredictor(model, networks)
