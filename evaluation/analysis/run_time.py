"""How long the jobs ran, summed up."""

from collections.abc import Sequence
from statistics import fmean

from evaluation.results.sections import JobTime, RunTime

__all__ = ["run_time"]


def run_time(jobs: Sequence[JobTime]) -> RunTime:
    """Summarise the jobs whose time is known."""
    seconds = [job.seconds for job in jobs if job.seconds is not None]
    return RunTime(
        jobs=list(jobs),
        known=len(seconds),
        mean_seconds=fmean(seconds) if seconds else None,
        max_seconds=max(seconds, default=None),
    )
