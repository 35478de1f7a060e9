import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from uls.platform.invoke import create_app, serve
from uls.workshop.errors import InputError, ModelError, UserError


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


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

    with pytest.raises(ModelError, match="no weights"):
        serve(load, host="127.0.0.1", port=free_port())


def test_nothing_is_reported_whatever_the_environment_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    settings = create_app(lambda: lambda: None)._telemetry
    wanted = ("tracing", "metrics", "logs", "operation_spans", "auto_configure")
    assert [settings[name] for name in wanted] == [False] * 5


def test_unknown_paths_and_documentation_pages_are_404() -> None:
    with TestClient(create_app(lambda: lambda: None)) as client:
        assert {client.get(path).status_code for path in ("/", "/docs", "/openapi.json")} == {404}


def test_health_is_answered_at_once_however_many_jobs_wait() -> None:
    """Forty waiting calls once took every thread that could have answered."""
    begun, end = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        end.wait()

    with TestClient(create_app(lambda: job)) as client:
        wait_until(lambda: client.get("/health").status_code == 200)
        statuses: list[int] = []
        calls = [
            threading.Thread(target=lambda: statuses.append(client.post("/invoke").status_code))
            for _ in range(60)
        ]
        for call in calls:
            call.start()
        begun.wait()
        healths: list[int] = []
        asking = threading.Thread(
            target=lambda: healths.extend(client.get("/health").status_code for _ in range(5))
        )
        asking.start()
        asking.join(timeout=20)
        assert healths == [200] * 5, "no answer while jobs wait"
        assert not statuses
        end.set()
        for call in calls:
            call.join()
    assert statuses == [201] * 60


def test_health_answers_head() -> None:
    with TestClient(create_app(lambda: lambda: None)) as client:
        wait_until(lambda: client.head("/health").status_code == 200)
        assert client.head("/health").text == ""


def test_last_line_of_the_log_explains_a_failed_job(caplog: pytest.LogCaptureFixture) -> None:
    outcomes = iter([ZeroDivisionError("oops"), InputError("first\nsecond"), MemoryError()])

    def job() -> None:
        raise next(outcomes)

    last = []
    with TestClient(create_app(lambda: job)) as client, caplog.at_level(logging.ERROR):
        wait_until(lambda: client.get("/health").status_code == 200)
        for _ in range(3):
            assert client.post("/invoke").status_code == 500
            last.append(
                [r.getMessage() for r in caplog.records if r.name == "uls.platform.invoke"][-1]
            )
    assert last[0].startswith("Job failed: a fault in the program, not in what it was given: Zero")
    assert last[1] == "Job failed: second"
    assert last[2].startswith("Job failed: memory: expected enough")


def test_job_that_would_leave_the_process_costs_only_itself() -> None:
    outcomes = iter([SystemExit(3), None])

    def job() -> None:
        if (outcome := next(outcomes)) is not None:
            raise outcome

    with TestClient(create_app(lambda: job)) as client:
        wait_until(lambda: client.get("/health").status_code == 200)
        assert [client.post("/invoke").status_code for _ in range(2)] == [500, 201]


SERVER = """
import sys, time, typer
from pathlib import Path
from uls.workshop import command_line
from uls.platform import invoke
from uls.workshop.atomic import AtomicFile
port, folder, loading, working, patience = int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
app = typer.Typer()
@app.command()
def serve() -> None:
    def job() -> None:
        with AtomicFile(folder / "masks") as file:
            file.write(b"masks")
            (folder / "begun").touch()
            time.sleep(float(working))
            file.commit()
    def load():
        time.sleep(float(loading))
        return job
    command_line.start_log()
    invoke.serve(load, host="127.0.0.1", port=port, seconds_to_end=float(patience))
@app.command()
def other() -> None: ...
command_line.run(app, default_command="serve", arguments=[], seconds_to_end=float(patience))
"""


@contextmanager
def server(
    folder: Path, *, loading: float = 0, working: float = 0, patience: float = 30
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server in a process of its own, and its port."""
    port = free_port()
    numbers = [str(number) for number in (loading, working, patience)]
    command = [sys.executable, "-c", SERVER, str(port), str(folder), *numbers]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_until(lambda: ask(port, "GET", "/health") in ((503,) if loading else (200,)))
            yield process, port
        finally:
            process.kill()


def ask(port: int, method: str, path: str) -> int | None:
    """The answer's status; None where the connection is refused or cut."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def end(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    return process.returncode, err.splitlines()


def test_sigterm_lets_the_running_job_end_and_refuses_the_others(tmp_path: Path) -> None:
    with server(tmp_path, working=1.5) as (process, port), ThreadPoolExecutor(6) as pool:
        running = pool.submit(ask, port, "POST", "/invoke")
        wait_until((tmp_path / "begun").exists)
        waiting = [pool.submit(ask, port, "POST", "/invoke") for _ in range(5)]
        time.sleep(0.5)
        code, err = end(process)
        assert running.result() == 201
        assert [call.result() for call in waiting] == [503] * 5
    assert code == 128 + signal.SIGTERM
    assert err[-1].startswith("Error: the server was stopped by SIGTERM;")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["begun", "masks"]


def test_sigterm_ends_a_job_that_takes_too_long_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    with server(tmp_path, working=300, patience=1) as (process, port), ThreadPoolExecutor(1) as one:
        running = one.submit(ask, port, "POST", "/invoke")
        wait_until((tmp_path / "begun").exists)
        code, err = end(process)
        assert running.result() is None
    assert code == 128 + signal.SIGTERM
    assert err[-1] == "Error: stopped by SIGTERM before the end; nothing half written is left."
    assert [path.name for path in tmp_path.iterdir()] == ["begun"]


def test_sigterm_while_loading_ends_at_once(tmp_path: Path) -> None:
    with server(tmp_path, loading=300) as (process, _):
        code, err = end(process)
    assert code == 128 + signal.SIGTERM
    assert err[-1].startswith("Error: the server was stopped by SIGTERM;")


def test_taken_port_is_an_error_that_says_so_before_anything_is_loaded() -> None:
    def load() -> Callable[[], None]:
        raise AssertionError("nothing is loaded in vain")

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port}: expected a port that is free") as error:
            serve(load, host="127.0.0.1", port=port)
    assert error.value.exit_code == 1
