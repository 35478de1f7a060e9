"""How long things will take, measured before the first VOI."""

import logging
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, prod

import numpy as np

from algorithm.engines.interruption import OutOfTimeError, interruptible
from algorithm.inference.predictor import Predictor
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.workshop.errors import ModelError

__all__ = ["Expected", "rehearse", "rehearse_fallback", "rehearse_model", "time_empty_mask"]

_log = logging.getLogger(__name__)

_AIR_HU = -1000

_CHEAP = 1 / 50
"""A first run may take longer than the next; one that takes so little of the time is repeated."""

_AT_MOST = 1 / 4
"""What is rehearsed and takes longer is stopped: there is hardly time for a VOI beside it."""

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
    n_vois: int = 1,
    clock: Clock = time.monotonic,
) -> Expected:
    """Run the models on nothing, and time them: the fallback first, whose turn is kept free.

    Args:
        model: to be used.
        fallback: for when time runs short.
        seconds_left: of the budget. Without any, nothing is run.
        n_vois: that the fallback may have to do.
        clock: gives seconds.

    Raises:
        ModelError: the model does not run. A fallback that does not is as good as none.
    """
    if seconds_left <= 0:
        return Expected()
    start = clock()
    per_fallback = rehearse_fallback(fallback, seconds_left=seconds_left, clock=clock)
    for_model = seconds_left - (clock() - start) - n_vois * (per_fallback or 0.0)
    per_pass = rehearse_model(model, seconds_left=for_model, clock=clock)
    return Expected(per_pass=per_pass, per_fallback=per_fallback)


def rehearse_fallback(
    fallback: Predictor | None, *, seconds_left: float, clock: Clock = time.monotonic
) -> float | None:
    """Return the seconds that the fallback takes for a VOI; None where it does not run.

    A run that takes little of the time left is repeated, and only the second one counts; one that
    takes a quarter of it is stopped, and has shown how long a VOI takes at least.
    """
    if fallback is None or seconds_left <= 0:
        return None
    start = clock()
    try:
        with interruptible(lambda: clock() - start >= _AT_MOST * seconds_left):
            seconds = _repeated(lambda: _seconds_per_voi(fallback, clock), seconds_left)
    except OutOfTimeError:
        seconds = clock() - start
    except ModelError as error:
        _log.warning("No starter model to fall back on: %s", error)
        return None
    _log.info("Rehearsed: a VOI by the starter model takes about %.2g s", seconds)
    return seconds


def rehearse_model(
    model: Predictor,
    *,
    seconds_left: float,
    already_known: float | None = None,
    clock: Clock = time.monotonic,
) -> float:
    """Return the seconds that a pass of the model takes over a VOI; infinite where it has no time.

    Args:
        model: to be used.
        seconds_left: that no VOI needs for the fallback's turn. A run that takes little of them is
            repeated, and only the second one counts; one that takes a quarter is stopped, and has
            shown how long a pass takes at least.
        already_known: seconds that a check found, on a pass or a part of one. They stand where a
            rehearsal would take much of the time: the first VOI shows what is true of them.
        clock: gives seconds.

    Raises:
        ModelError: the model does not run.
    """
    if seconds_left <= 0:
        return inf
    if already_known is not None and already_known >= _CHEAP * seconds_left:
        _log.info("A pass over a VOI takes about %.2g s, as its check showed", already_known)
        return already_known
    start = clock()
    try:
        with interruptible(lambda: clock() - start >= _AT_MOST * seconds_left):
            seconds = _repeated(lambda: _seconds_per_pass(model, clock), seconds_left)
    except OutOfTimeError:
        seconds = clock() - start
        _log.info("Rehearsed: a pass over a VOI takes more than %.2g s", seconds)
        return seconds
    _log.info("Rehearsed: a pass over a VOI takes about %.2g s", seconds)
    return seconds


def time_empty_mask(clock: Clock = time.monotonic) -> float:
    """Return the seconds that an empty mask takes to pack, as `uls.images.mask_stack` does it."""
    start = clock()
    zlib.compress(bytes(prod(VOI_SHAPE_ZYX)), level=1)
    return clock() - start


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
