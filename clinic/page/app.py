"""What the page's server answers. Paths hold numbers only; errors hold nothing of the patient."""

import asyncio
import gzip
import logging
from collections.abc import Callable
from dataclasses import asdict
from importlib.resources import files
from typing import Any, TypeVar

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from clinic.page.desk import Desk
from clinic.page.display import Plane
from clinic.page.open_scan import OpenScan, OvertakenError
from clinic.page.wire import Act, NotesChange
from clinic.reading.private_faults import private_faults
from clinic.sending.courier import Status
from uls.workshop.errors import UserError

__all__ = ["make_app"]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_TYPES = {
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
}
_QUIET = {"docs_url": None, "redoc_url": None, "openapi_url": None}


def make_app(desk: Desk) -> FastAPI:
    """Make the server's application; `clinic.page.guard` stands before it."""
    app = FastAPI(**_QUIET)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UserError, _refused)
    app.add_exception_handler(IndexError, _missing)
    _add_files(app)
    _add_scans(app, desk)
    _add_lesions(app, desk)
    return app


def _add_files(app: FastAPI) -> None:
    folder = files("clinic.page") / "static"
    static = {f.name: f.read_bytes() for f in folder.iterdir() if f.is_file()}

    def answer(name: str) -> Response:
        suffix = name[name.rfind(".") :]
        if name not in static or suffix not in _TYPES:
            raise HTTPException(404)
        return Response(static[name], media_type=_TYPES[suffix])

    @app.get("/")
    async def page() -> Response:
        return answer("page.html")

    @app.get("/static/{name}")
    async def static_file(name: str) -> Response:
        return answer(name)


def _add_scans(app: FastAPI, desk: Desk) -> None:
    @app.get("/api/scans")
    async def scans() -> dict[str, Any]:
        listed = [
            {"identity": e.identity, "title": e.title, "problem": e.problem} for e in desk.entries
        ]
        return {"scans": listed, "writes": desk.output is not None, "model": desk.model.name,
                "boxes": desk.model.predictor.takes_boxes,
                "sends": desk.courier is not None}  # fmt: skip

    @app.get("/api/scans/{number}")
    async def scan(number: int) -> dict[str, Any]:
        found = await _private(lambda: desk.open(number))
        opened = found.session.scan
        return {
            "identity": desk.entries[number].identity,
            "title": desk.entries[number].title,
            "shape": found.display.shape_zyx,
            "spacing": found.display.spacing_mm,
            "dicom": opened.format == "dicom",
            "warnings": list(opened.warnings) + [opened.not_hu] * bool(opened.not_hu),
            "lesions": await _in_worker(desk, found.lesions),  # between two steps, not within one
        }

    @app.get("/api/scans/{number}/{plane}/{index}")
    async def plane_slice(number: int, plane: Plane, index: int, request: Request) -> Response:
        found = await _private(lambda: desk.open(number))
        raw = await run_in_threadpool(found.display.slice_bytes, plane, index)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(raw, media_type="application/octet-stream")
        packed = await run_in_threadpool(gzip.compress, raw, 1)
        headers = {"content-encoding": "gzip"}
        return Response(packed, media_type="application/octet-stream", headers=headers)


def _add_lesions(app: FastAPI, desk: Desk) -> None:
    @app.post("/api/scans/{number}/acts")
    async def act(number: int, step: Act) -> Any:
        found = await _private(lambda: desk.open(number))
        order = found.arrived(step)
        try:
            return await _in_worker(desk, lambda: _acted(found, step, order))
        except OvertakenError:
            return JSONResponse({"overtaken": True}, 409)

    @app.post("/api/scans/{number}/notes/{lesion}")
    async def note(number: int, lesion: int, change: NotesChange) -> Any:
        found = await _private(lambda: desk.open(number))
        return await _in_worker(desk, lambda: _noted(found, lesion, change))

    @app.post("/api/scans/{number}/results")
    async def write(number: int) -> dict[str, Any]:
        return {"files": await _in_worker(desk, lambda: desk.write(number))}

    @app.post("/api/scans/{number}/sending")
    async def send(number: int) -> dict[str, Any]:
        return {"objects": await _in_worker(desk, lambda: desk.send(number))}

    @app.get("/api/sending")
    async def sending() -> dict[str, Any]:
        return asdict(Status() if desk.courier is None else desk.courier.status)


def _acted(found: OpenScan, step: Act, order: int) -> dict[str, Any]:
    found.act(step, order)
    return {"lesions": found.lesions()}


def _noted(found: OpenScan, lesion: int, change: NotesChange) -> dict[str, Any]:
    found.note(lesion, change)
    return {"lesions": found.lesions()}


async def _in_worker(desk: Desk, work: Callable[[], _T]) -> _T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(desk.worker, _quietly, work)


async def _private(work: Callable[[], _T]) -> _T:
    return await run_in_threadpool(_quietly, work)


def _quietly(work: Callable[[], _T]) -> _T:
    """Let no error out that quotes what was read, but those that the server has answers to."""
    outcome: list[_T] = []
    passed: list[Exception] = []
    with private_faults():
        try:
            outcome.append(work())
        except (IndexError, OvertakenError) as error:
            passed.append(error)
    if passed:
        raise passed[0]
    return outcome[0]


async def _invalid(_: Request, error: Exception) -> Response:
    """Name the fields at fault; what they held is not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    fields = sorted({".".join(str(part) for part in e["loc"][:2])[:60] for e in error.errors()})
    return JSONResponse({"error": f"not understood: {', '.join(fields)}"}, 422)


async def _refused(_: Request, error: Exception) -> Response:
    _log.info("A step was refused")
    return JSONResponse({"error": str(error).splitlines()[-1]}, 400)


async def _missing(_: Request, __: Exception) -> Response:
    return PlainTextResponse("no such scan, slice or lesion", 404)
