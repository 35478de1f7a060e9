"""Run times as the platform tells them, or does not."""

from typing import Any

import pytest

from uls.platform.job_time import RunTime, run_time

STARTED, COMPLETED = "2026-02-03T10:00:00Z", "2026-02-03T10:01:30.5Z"


def test_reads_iso_durations() -> None:
    """One minute and 2.5 seconds; an hour."""
    assert run_time({"exec_duration": "P0DT00H01M02.500000S"}) == RunTime(62.5, "exec_duration")
    assert run_time({"invoke_duration": "PT1H"}) == RunTime(3600, "invoke_duration")


def test_a_number_is_seconds() -> None:
    assert run_time({"exec_duration": 12.25}) == RunTime(12.25, "exec_duration")


def test_the_time_between_two_dates_in_any_zone() -> None:
    job = {"started_at": "2026-02-03T11:00:00+01:00", "completed_at": COMPLETED}
    assert run_time(job) == RunTime(90.5, "started_at, completed_at")


def test_the_containers_own_time_comes_first() -> None:
    job = {"started_at": STARTED, "completed_at": COMPLETED, "exec_duration": "PT50S"}
    assert run_time(job) == RunTime(50, "exec_duration")
    assert run_time({**job, "invoke_duration": "PT40S"}) == RunTime(40, "invoke_duration")
    assert run_time({**job, "invoke_duration": None}) == RunTime(50, "exec_duration")


@pytest.mark.parametrize(
    "job",
    [
        {},
        {"exec_duration": None, "started_at": None, "completed_at": None},
        {"started_at": STARTED},
        {"completed_at": COMPLETED},
        {"started_at": COMPLETED, "completed_at": STARTED},
        {"started_at": "2026-02-03T10:00:00", "completed_at": COMPLETED},
        {"started_at": "yesterday", "completed_at": COMPLETED},
        {"exec_duration": "-PT5S"},
        {"exec_duration": "soon"},
        {"exec_duration": float("nan")},
        {"exec_duration": 1e300},
        {"exec_duration": True},
        {"exec_duration": {"seconds": 3}},
        {"exec_duration": ["PT5S"]},
    ],
)
def test_what_is_not_understood_is_not_told(job: dict[str, Any]) -> None:
    assert run_time(job) is None
