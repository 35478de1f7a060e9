"""Loading a model's networks beside the job, which waits only a share of its time for them."""

import logging
from dataclasses import dataclass

from algorithm.cli.abandonable import Abandonable
from algorithm.engines.base import Batch
from algorithm.engines.engine_names import EngineSettings
from algorithm.engines.interruption import OutOfTimeError
from algorithm.engines.selection.choose import Selected
from algorithm.engines.selection.create import select
from algorithm.engines.time_limit import NoTimeForCheckError, TimeLimit
from algorithm.models import weights

__all__ = ["CHECKS_SHARE", "LOADING_SHARE", "Loading", "NotLoaded"]
__all__ += ["begin_loading"]

_log = logging.getLogger(__name__)

LOADING_SHARE = 2 / 3
"""What loading the model may take of the time that is the model's: it must have some to run, …"""

CHECKS_SHARE = 1 / 3
"""… and what the checks of its engines may take of it."""


class NotLoaded:
    """Stands for an engine that there was no time to load; no job asks it."""

    name = "none"
    device = "nothing"

    def __call__(self, batch: Batch) -> Batch:
        """Refuse to run."""
        raise OutOfTimeError("the network was not loaded, as the time ran out")


@dataclass(frozen=True)
class Loading:
    """A model's engines on their way, and how long they are waited for."""

    work: Abandonable[Selected]
    seconds: float

    def wait(self) -> Selected | None:
        """Return the engines; None where there is no time for them."""
        try:
            selected = self.work.result(self.seconds)
        except NoTimeForCheckError as error:
            _log.warning("The model's network is not loaded: %s", error)
            return None
        if selected is None:
            _log.warning(
                "The model's network is not loaded: it took more than %.2g s", self.seconds
            )
            return None
        _log.info("Engine: %s on %s", selected.engines[0].name, selected.engines[0].device)
        return selected


def begin_loading(model: weights.Model, options: EngineSettings, seconds: float) -> Loading | None:
    """Begin to load a model's engines; not where there is no time for the model at all."""
    if seconds <= 0:
        _log.warning("There is no time left to load the model's network")
        return None
    limit = TimeLimit(CHECKS_SHARE * seconds)

    def load() -> Selected:
        return select(
            options.engine,
            model,
            device=options.device,
            precision=options.precision,
            limit=limit,
        )

    return Loading(Abandonable(load), LOADING_SHARE * seconds)
