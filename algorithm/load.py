"""From a model folder to a predictor: find, verify, load, say what it is, make it ready to run."""

import logging
from collections.abc import Sequence
from pathlib import Path

from algorithm import engines, weights
from algorithm.engines.base import Engine
from algorithm.find_model import find_built_in
from algorithm.models.zoom import ZoomPredictor
from algorithm.prediction import Predictor as NnunetPredictor
from algorithm.predictor import Predictor
from uls.errors import ModelError

__all__ = ["load_fallback", "load_predictor", "make_predictor"]

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


def load_fallback(
    predictor: Predictor, budget_seconds: float | None, engine: str, device: str
) -> Predictor | None:
    """Load the built-in starter model, for the VOIs that a slower model has no time for.

    Nothing that is wrong with it ends the job, but the log says so.

    Args:
        predictor: the model in use.
        budget_seconds: for the job, if any.
        engine: as the model in use got it.
        device: the same.

    Returns:
        None without a budget, where the model in use is fast itself (a zoom model), or where there
        is no zoom model built in that loads.
    """
    if budget_seconds is None or isinstance(predictor, ZoomPredictor):
        return None
    try:
        loaded = weights.load_model(find_built_in())
        if loaded.manifest.kind != "zoom":
            raise ModelError.about(
                loaded.origin, expected="a fast model (kind zoom)", found=loaded.manifest.kind
            )
        networks = engines.create(engine, loaded, device=device, precision="auto")
    except Exception as error:  # whatever it is: the job can do without
        _log.warning("No starter model to fall back on: %s", error)
        _log.warning("VOIs that there is no time for will be left empty")
        return None
    _log.info("If time runs short: %s, on %s", loaded.manifest.name, networks[0].device)
    return make_predictor(loaded, networks)


def make_predictor(model: weights.Model, networks: Sequence[Engine]) -> Predictor:
    """Give the predictor for a model's kind."""
    if model.manifest.kind == "zoom":
        return ZoomPredictor(model, networks)
    return NnunetPredictor(model, networks)
