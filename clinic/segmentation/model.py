"""The model that segments: found, verified and loaded once, whatever the number of scans."""

import logging
from dataclasses import dataclass
from pathlib import Path

from algorithm.engines.engine_names import EngineSettings
from algorithm.engines.selection.create import create
from algorithm.inference.predictor import Predictor
from algorithm.models.find_model import find_model
from algorithm.models.importing.on_the_fly import load_model

__all__ = ["LoadedModel", "load"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to run, and what it is.

    Attributes:
        predictor: what `algorithm` runs, too.
        name: as its manifest says.
        kind: `zoom` or `nnunet`.
        sha256: of its manifest, and so of all its files.
        engine: what runs it, and where.
        limits: what its card says it is not good for.
    """

    predictor: Predictor
    name: str
    kind: str
    sha256: str
    engine: str
    limits: str = ""


def load(folder: Path | None = None, how: EngineSettings | None = None) -> LoadedModel:
    """Find, verify and load a model, as `python -m algorithm` does.

    Raises:
        ModelError: there is no model, or it is not what its manifest says.
        CallError: the engine is not installed, or the device is not there.
    """
    from algorithm.cli.load import make_predictor  # noqa: PLC0415

    model = load_model(find_model(folder))
    how = how or EngineSettings()
    networks = create(how.engine, model, device=how.device, precision=how.precision)
    manifest = model.manifest
    _log.info("Model: %s on %s, %s", manifest.name, networks[0].name, networks[0].device)
    return LoadedModel(
        predictor=make_predictor(model, networks),
        name=manifest.name,
        kind=manifest.kind,
        sha256=model.sha256,
        engine=f"{networks[0].name} on {networks[0].device}",
        limits=manifest.card.limits,
    )
