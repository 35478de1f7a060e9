"""GET /health and POST /invoke around any job function: the platform's invoke mode.

The server answers at once; the model is loaded beside it. Contract (Grand Challenge, 2026): port
4743; `/health` is 200 once the model is loaded; `/invoke` does one job and answers 201, and may be
called again with new contents of the input and output folders.
"""

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from fastapi.telemetry import TelemetryConfig

from uls.errors import UserError

__all__ = ["PORT", "JobFunction", "create_app", "serve"]

PORT = 4743

JobFunction = Callable[[], None]

_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""Whatever the environment asks FastAPI to report, it reports nothing."""

_log = logging.getLogger(__name__)


class _Worker:
    """The job function once it is loaded, and why it could not be if so; one job at a time."""

    def __init__(self, load: Callable[[], JobFunction]) -> None:
        self._load = load
        self._one_at_a_time = threading.Lock()
        self.job: JobFunction | None = None
        self.failure: BaseException | None = None
        self.on_failure: Callable[[], None] = lambda: None

    def load(self) -> None:
        try:
            self.job = self._load()
        except BaseException as error:
            self.failure = error
            self.on_failure()

    def run(self) -> None:
        if self.job is None:
            raise RuntimeError("invoked before the model was loaded")
        with self._one_at_a_time:
            self.job()


def create_app(load: Callable[[], JobFunction]) -> FastAPI:
    """Make the application; `load` runs in a thread of its own when the server starts."""
    return _app(_Worker(load))


def _app(worker: _Worker) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=worker.load, name="load", daemon=True).start()
        yield

    app = FastAPI(
        lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, telemetry=_NO_TELEMETRY
    )

    @app.get("/health")
    def health() -> Response:
        if worker.job is None:
            return PlainTextResponse("loading", status_code=503)
        return PlainTextResponse("ready")

    @app.post("/invoke")
    def invoke() -> Response:
        if worker.job is None:
            return PlainTextResponse("loading: ask /health first", status_code=503)
        return _answer(worker)

    return app


def _answer(worker: _Worker) -> Response:
    """Run one job. A failed one is told in the log and in the answer; the server lives on."""
    try:
        worker.run()
    except UserError as error:
        _log.error("Job failed: %s", error)
        return PlainTextResponse(f"{error}\n", status_code=500)
    except Exception:
        _log.exception("Job failed: an error in the program")
        return PlainTextResponse("An error in the program; see the log.\n", status_code=500)
    return PlainTextResponse("done\n", status_code=201)


def serve(load: Callable[[], JobFunction], *, host: str = "0.0.0.0", port: int = PORT) -> None:  # noqa: S104
    """Serve until told to stop.

    Raises:
        BaseException: what `load` raised; the server then stops by itself.
    """
    worker = _Worker(load)
    config = uvicorn.Config(_app(worker), host=host, port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    worker.on_failure = stop
    server.run()
    if worker.failure is not None:
        raise worker.failure
