"""GET /health and POST /invoke around any job function: the platform's invoke mode.

The server answers at once; the model is loaded beside it. Contract (Grand Challenge, 2026): port
4743; `/health` is 200 once the model is loaded; `/invoke` does one job and answers 201, and may be
called again with new contents of the input and output folders.

Jobs wait for one thread of their own (`uls.platform.job_queue`), so that however many wait,
`/health` is answered. After SIGTERM the running job may end, within `uls.workshop.ending.SECONDS`;
the others are refused.
"""

import logging
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from fastapi.telemetry import TelemetryConfig

from uls.platform.job_queue import JobFunction, JobQueue, Refused
from uls.workshop import ending
from uls.workshop.errors import UserError
from uls.workshop.failure import details, sentence

__all__ = ["PORT", "JobFunction", "create_app", "serve"]

PORT = 4743

_WAITING_CONNECTIONS = 1024

_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""Whatever the environment asks FastAPI to report, it reports nothing."""

_log = logging.getLogger(__name__)


def create_app(load: Callable[[], JobFunction]) -> FastAPI:
    """Make the application; `load` runs in a thread of its own when the server starts."""
    return _app(JobQueue(load))


def serve(
    load: Callable[[], JobFunction],
    *,
    host: str = "0.0.0.0",  # noqa: S104
    port: int = PORT,
    seconds_to_end: float = ending.SECONDS,
) -> None:
    """Serve until told to stop.

    Args:
        load: makes the job function; the server answers 503 until it has.
        host: to listen on.
        port: to listen on.
        seconds_to_end: after SIGTERM, for the running job; then the process ends at once.

    Raises:
        UserError: the port is taken.
        BaseException: what `load` raised; the server then stops by itself.
        Stopped: SIGTERM came.
        KeyboardInterrupt: SIGINT came.
    """
    queue = JobQueue(load)
    with _listening(host, port) as listening:
        server = _Server(_app(queue), queue, seconds_to_end)
        queue.on_failure = server.stop
        server.run(sockets=[listening])
    if server.signal == signal.SIGINT:
        raise KeyboardInterrupt
    if server.signal is not None:
        raise ending.Stopped("the server was stopped by SIGTERM; jobs that waited were refused.")
    if queue.failure is not None:
        raise queue.failure


class _Server(uvicorn.Server):
    """Ends when the running job has; refuses the jobs that wait."""

    def __init__(self, app: FastAPI, queue: JobQueue, seconds_to_end: float) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False))
        self._queue = queue
        self._seconds_to_end = seconds_to_end
        self.signal: int | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; called in the main thread, by a signal."""
        if self.signal is None:
            self.signal = sig
            ending.end_after(self._seconds_to_end)
            threading.Thread(target=self._queue.stop, name="stop", daemon=True).start()
        self.stop()

    def stop(self) -> None:
        """Take no more calls, and end when all are answered."""
        self.should_exit = True


def _listening(host: str, port: int) -> socket.socket:
    """Take the port before anything slow is begun."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_WAITING_CONNECTIONS)
    except OSError as error:
        listening.close()
        raise UserError.about(
            f"port {port}",
            expected="a port that is free",
            found=error.strerror or str(error),
            hint="End what listens there, or name another by --port.",
        ) from error
    return listening


def _app(queue: JobQueue) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        queue.start()
        yield

    app = FastAPI(
        lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, telemetry=_NO_TELEMETRY
    )

    @app.api_route("/health", methods=["GET", "HEAD"])
    async def health() -> Response:
        if queue.is_ready:
            return PlainTextResponse("ready")
        return PlainTextResponse("loading", status_code=503)

    @app.post("/invoke")
    async def invoke() -> Response:
        if not queue.is_ready:
            return PlainTextResponse("loading: ask /health first", status_code=503)
        return await _answer(queue)

    return app


async def _answer(queue: JobQueue) -> Response:
    """Have one job done. A failed one is told in the log and in the answer; the server lives on."""
    try:
        await queue.run()
    except Refused as refusal:
        return PlainTextResponse(f"{refusal}\n", status_code=503)
    except UserError as error:
        _log_failure(error)
        return PlainTextResponse(f"{error}\n", status_code=500)
    except Exception as error:  # a bug, which costs this job only
        _log_failure(error)
        return PlainTextResponse("An error in the program; see the log.\n", status_code=500)
    return PlainTextResponse("done\n", status_code=201)


def _log_failure(error: Exception) -> None:
    """Log why a job failed, the sentence that explains it last."""
    for line in details(error):
        _log.error("%s", line)
    _log.error("Job failed: %s", sentence(error))
