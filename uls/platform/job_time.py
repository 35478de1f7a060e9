"""How long a job ran, as far as the platform's predictions.json says so.

Contract: Grand Challenge's list of jobs. Durations are ISO 8601 (`P0DT00H01M02.500000S`), times are
ISO 8601 with a zone. The keys came one by one over the years and may be missing or null: what is
not understood counts as not told, since no score depends on it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

__all__ = ["RunTime", "run_time"]

_DURATIONS = ("invoke_duration", "exec_duration")
_STARTED, _COMPLETED = "started_at", "completed_at"

_Duration = TypeAdapter(timedelta)
_Time = TypeAdapter(datetime)


@dataclass(frozen=True)
class RunTime:
    """Seconds that a job took, and the keys that say so."""

    seconds: float
    source: str


def run_time(job: Mapping[str, Any]) -> RunTime | None:
    """Read a job's run time; None where it is not told.

    The container's own duration comes first; the times between which the platform had the job at
    work include its start, and come last.
    """
    for key in _DURATIONS:
        duration = _read(_Duration, job.get(key))
        if duration is not None and duration >= timedelta():
            return RunTime(duration.total_seconds(), key)
    started, completed = (_read(_Time, job.get(key)) for key in (_STARTED, _COMPLETED))
    if (
        started is None
        or completed is None
        or (started.tzinfo is None) != (completed.tzinfo is None)
    ):
        return None
    seconds = (completed - started).total_seconds()
    return RunTime(seconds, f"{_STARTED}, {_COMPLETED}") if seconds >= 0 else None


def _read(adapter: TypeAdapter[Any], value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        return adapter.validate_python(value)
    except (ValidationError, OverflowError):
        return None
