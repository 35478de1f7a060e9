import logging
import socket
import threading
import time
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from uls.errors import InputError, ModelError
from uls.invoke import create_app, serve


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


def test_health_is_503_until_the_model_is_loaded_then_200() -> None:
    loaded = threading.Event()

    def load() -> Callable[[], None]:
        loaded.wait()
        return lambda: None

    with TestClient(create_app(load)) as client:
        assert client.get("/health").status_code == 503
        assert client.post("/invoke").status_code == 503
        loaded.set()
        wait_until(lambda: client.get("/health").status_code == 200)
        assert client.post("/invoke").status_code == 201


def test_each_invoke_runs_the_job_once() -> None:
    jobs: list[int] = []
    with TestClient(create_app(lambda: lambda: jobs.append(1))) as client:
        wait_until(lambda: client.get("/health").status_code == 200)
        answers = [client.post("/invoke").status_code for _ in range(3)]
    assert answers == [201, 201, 201]
    assert len(jobs) == 3


def test_bad_job_is_500_with_the_reason_and_the_next_still_works(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes = iter([InputError("stack.mha: too short"), ZeroDivisionError("oops"), None])

    def job() -> None:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome

    with TestClient(create_app(lambda: job)) as client, caplog.at_level(logging.ERROR):
        wait_until(lambda: client.get("/health").status_code == 200)
        first, second, third = (client.post("/invoke") for _ in range(3))
    assert (first.status_code, first.text) == (500, "stack.mha: too short\n")
    assert second.status_code == 500
    assert "oops" not in second.text
    assert third.status_code == 201
    assert "stack.mha: too short" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_jobs_run_one_at_a_time() -> None:
    running: list[int] = []
    overlaps: list[int] = []

    def job() -> None:
        running.append(1)
        overlaps.append(len(running))
        time.sleep(0.05)
        running.pop()

    with TestClient(create_app(lambda: job)) as client:
        wait_until(lambda: client.get("/health").status_code == 200)
        calls = [threading.Thread(target=client.post, args=("/invoke",)) for _ in range(3)]
        for call in calls:
            call.start()
        for call in calls:
            call.join()
    assert overlaps == [1, 1, 1]


def test_server_ends_with_the_error_when_the_model_cannot_be_loaded() -> None:
    def load() -> Callable[[], None]:
        raise ModelError("no weights")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match="no weights"):
        serve(load, host="127.0.0.1", port=port)


def test_nothing_is_reported_whatever_the_environment_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    settings = create_app(lambda: lambda: None)._telemetry
    wanted = ("tracing", "metrics", "logs", "operation_spans", "auto_configure")
    assert [settings[name] for name in wanted] == [False] * 5


def test_unknown_paths_and_documentation_pages_are_404() -> None:
    with TestClient(create_app(lambda: lambda: None)) as client:
        assert {client.get(path).status_code for path in ("/", "/docs", "/openapi.json")} == {404}
