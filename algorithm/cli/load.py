"""From a model folder to a predictor: find, verify, load, say what it is, make it ready to run."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from math import inf
from pathlib import Path

from algorithm.cli.abandonable import Abandonable
from algorithm.cli.loading import NotLoaded, begin_loading
from algorithm.engines.base import Engine
from algorithm.engines.engine_names import EngineSettings
from algorithm.engines.selection.choose import Selected
from algorithm.engines.selection.create import create, select
from algorithm.engines.time_limit import TimeLimit
from algorithm.inference.nnunet_predictor import NnunetPredictor
from algorithm.inference.predictor import Predictor
from algorithm.inference.zoom_predictor import ZoomPredictor
from algorithm.job.rehearsal import Expected, rehearse_fallback, rehearse_model
from algorithm.models import weights
from algorithm.models.find_model import find_built_in, find_model
from algorithm.models.importing.on_the_fly import load_model
from uls.workshop.errors import ModelError

__all__ = ["Loaded", "load_fallback", "load_in_time", "load_predictor", "make_predictor"]

_log = logging.getLogger(__name__)

_CHECKS_SHARE_OF_FALLBACK = 1 / 20
"""What checks of the starter model's engines may take of all that is left: float32 needs none."""


@dataclass(frozen=True)
class Loaded:
    """What a job with a budget predicts by.

    Attributes:
        predictor: the model.
        fallback: the starter model, for VOIs that the model has no time for; None without one.
        expected: how long both take.
        abandoned: loading that took too long and may still go on, if so.
    """

    predictor: Predictor
    fallback: Predictor | None
    expected: Expected
    abandoned: Abandonable[Selected] | None = None


def load_predictor(model_folder: Path | None, options: EngineSettings) -> Predictor:
    """Find, verify and load a model, and say in the log what it is.

    Raises:
        ModelError: there is no model, or it is not what its manifest says.
        CallError: the engine is not installed, or the device is not there.
    """
    loaded = _found(model_folder)
    networks = create(options.engine, loaded, device=options.device, precision=options.precision)
    _log.info("Engine: %s on %s", networks[0].name, networks[0].device)
    return make_predictor(loaded, networks)


def load_in_time(
    model_folder: Path | None,
    options: EngineSettings,
    *,
    n_vois: int,
    seconds_left: Callable[[], float],
) -> Loaded:
    """Load a model and its fallback for a job with a budget, and learn how long both take.

    The fallback comes first, and its turn for every VOI is kept free: what is left over is the
    model's. Loading takes a share of it at most, and checks of engines a share of that.

    Args:
        model_folder: as `load_predictor` takes it.
        options: the engine, its device and precision.
        n_vois: of the job.
        seconds_left: says how much of the budget is left.

    Raises:
        ModelError: there is no model, or it is not what its manifest says.
        CallError: the engine is not installed, or the device is not there.
    """
    model = _found(model_folder)
    limit = TimeLimit(_CHECKS_SHARE_OF_FALLBACK * seconds_left())
    fallback, per_fallback = None, None
    if model.manifest.kind != "zoom":
        fallback = _starter(options, limit)
        per_fallback = rehearse_fallback(fallback, seconds_left=seconds_left())

    def for_model() -> float:
        return seconds_left() - n_vois * (per_fallback or 0.0)

    # Loading that is abandoned may go on for a while, and the fallback then takes longer.
    loading = begin_loading(model, options, for_model() - n_vois * (per_fallback or 0.0) / 2)
    selected = loading.wait() if loading else None
    if selected is None:
        predictor = make_predictor(model, [NotLoaded()] * len(model.manifest.folds))
        expected = Expected(per_pass=inf, per_fallback=per_fallback)
        return Loaded(predictor, fallback, expected, loading.work if loading else None)
    predictor = make_predictor(model, selected.engines)
    known, patches = selected.patch_seconds, predictor.patches_per_pass()
    per_pass = rehearse_model(
        predictor,
        seconds_left=for_model(),
        already_known=None if known is None or patches is None else known * patches,
    )
    return Loaded(predictor, fallback, Expected(per_pass=per_pass, per_fallback=per_fallback))


def _found(model_folder: Path | None) -> weights.Model:
    folder = find_model(model_folder)
    # While one core hashes the weights, the other imports what a CPU will run them with.
    threading.Thread(target=_import_ahead, name="import", daemon=True).start()
    loaded = load_model(folder)
    for line in weights.describe(loaded):
        _log.info("%s", line)
    return loaded


def _import_ahead() -> None:
    with suppress(ImportError):  # it is said where it is wanted
        import_module("algorithm.engines.openvino_package")


def load_fallback(
    predictor: Predictor, budget_seconds: float | None, options: EngineSettings
) -> Predictor | None:
    """Load the built-in starter model, for the VOIs that a slower model has no time for.

    Args:
        predictor: the model in use.
        budget_seconds: for the job, if any.
        options: what runs the model in use, and where.

    Returns:
        None without a budget, where the model in use is fast itself (a zoom model), or where there
        is no zoom model built in that loads.
    """
    if budget_seconds is None or isinstance(predictor, ZoomPredictor):
        return None
    return _starter(options, TimeLimit())


def _starter(options: EngineSettings, limit: TimeLimit) -> Predictor | None:
    """Load the starter model; nothing that is wrong with it ends the job, but the log says so."""
    try:
        loaded = load_model(find_built_in())
        if loaded.manifest.kind != "zoom":
            raise ModelError.about(
                loaded.origin, expected="a fast model (kind zoom)", found=loaded.manifest.kind
            )
        selected = select(
            options.engine, loaded, device=options.device, precision="auto", limit=limit
        )
    except Exception as error:  # whatever it is: the job can do without
        _log.warning("No starter model to fall back on: %s", error)
        _log.warning("VOIs that there is no time for will be left empty")
        return None
    _log.info("If time runs short: %s, on %s", loaded.manifest.name, selected.engines[0].device)
    return make_predictor(loaded, selected.engines)


def make_predictor(model: weights.Model, networks: Sequence[Engine]) -> Predictor:
    """Give the predictor for a model's kind."""
    if model.manifest.kind == "zoom":
        return ZoomPredictor(model, networks)
    return NnunetPredictor(model, networks)
