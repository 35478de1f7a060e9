"""Run times of jobs, summed up."""

from evaluation.analysis.run_time import run_time
from evaluation.results.sections import JobTime


def job(seconds: float | None) -> JobTime:
    return JobTime(job="a", stack="stack", seconds=seconds, source=None)


def test_jobs_without_a_time_do_not_count() -> None:
    found = run_time([job(10), job(None), job(30)])
    assert (found.known, found.mean_seconds, found.max_seconds) == (2, 20, 30)
    assert len(found.jobs) == 3


def test_no_job_says_how_long_it_ran() -> None:
    found = run_time([job(None)])
    assert (found.known, found.mean_seconds, found.max_seconds) == (0, None, None)
