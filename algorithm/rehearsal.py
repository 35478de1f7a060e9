"""How long things will take, measured before the first VOI."""

import logging
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from algorithm.predictor import Predictor
from uls.errors import ModelError
from uls.voi import VOI_SHAPE_ZYX

__all__ = ["Expected", "rehearse", "time_empty_mask"]

_log = logging.getLogger(__name__)

_AIR_HU = -1000

_CHEAP = 1 / 50
"""A first run may take longer than the next; one that takes so little of the time is repeated."""

Clock = Callable[[], float]


@dataclass(frozen=True)
class Expected:
    """How long things take, in seconds.

    Attributes:
        per_pass: of the model over a VOI.
        per_fallback: VOI that the fallback predicts; None where there is no fallback.
        per_empty_mask: written.
    """

    per_pass: float = 0.0
    per_fallback: float | None = None
    per_empty_mask: float = 0.0


def rehearse(
    model: Predictor,
    fallback: Predictor | None,
    *,
    seconds_left: float,
    clock: Clock = time.monotonic,
) -> Expected:
    """Run the models on nothing, and time them.

    Args:
        model: to be used.
        fallback: for when time runs short.
        seconds_left: of the budget; a run that takes little of it is repeated, and only the second
            one counts. Without any, nothing is run.
        clock: gives seconds.

    Raises:
        ModelError: the model does not run. A fallback that does not is as good as none.
    """
    if seconds_left <= 0:
        return Expected()
    of_fallback = None if fallback is None else _of_fallback(fallback, seconds_left, clock)
    of_model = _repeated(lambda: _seconds_per_pass(model, clock), seconds_left)
    _log.info(
        "Rehearsed: a pass over a VOI takes about %.2g s%s",
        of_model,
        "" if of_fallback is None else f", a VOI by the starter model {of_fallback:.2g} s",
    )
    return Expected(per_pass=of_model, per_fallback=of_fallback)


def time_empty_mask(clock: Clock = time.monotonic) -> float:
    """Give the seconds that an empty mask takes to pack, as `uls.mask_stack` does; little else."""
    start = clock()
    zlib.compress(bytes(prod(VOI_SHAPE_ZYX)), level=1)
    return clock() - start


def _of_fallback(fallback: Predictor, seconds_left: float, clock: Clock) -> float | None:
    try:
        return _repeated(lambda: _seconds_per_voi(fallback, clock), seconds_left)
    except ModelError as error:
        _log.warning("No starter model to fall back on: %s", error)
        return None


def _repeated(measure: Callable[[], float], seconds_left: float) -> float:
    first = measure()
    return measure() if first < _CHEAP * seconds_left else first


def _seconds_per_pass(model: Predictor, clock: Clock) -> float:
    """Time one patch and count how many a pass takes; where that varies, time a VOI."""
    patches = model.patches_per_pass()
    if patches is None:
        return _seconds_per_voi(model, clock)
    start = clock()
    model.warm_up()
    return (clock() - start) * patches


def _seconds_per_voi(model: Predictor, clock: Clock) -> float:
    """Time a VOI of air: a search that finds nothing looks most often."""
    start = clock()
    air = np.full(VOI_SHAPE_ZYX, _AIR_HU, dtype=np.int16)
    model.predict(air, spacing_mm=(1.0, 1.0, 1.0), mirror=1)
    return clock() - start
