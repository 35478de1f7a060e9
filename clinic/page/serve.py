"""Runs the page's server: on a port of this machine only, or on a socket file."""

import logging
import socket
import stat
from pathlib import Path

import typer
import uvicorn

from clinic.page.app import make_app
from clinic.page.desk import Desk
from clinic.page.guard import Guard
from uls.workshop.errors import UserError

__all__ = ["serve"]

_log = logging.getLogger(__name__)
_LOOPBACK = "127.0.0.1"


def serve(desk: Desk, *, port: int, socket_file: Path | None) -> None:
    """Serve until Ctrl+C; the address with its one-time token is printed first.

    Raises:
        UserError: the port or the socket's place is taken.
    """
    listening = _at_port(port) if socket_file is None else _at_file(socket_file)
    try:
        number = listening.getsockname()[1] if socket_file is None else 0
        suffix = f":{number}" if number else ""
        names = [f"{host}{suffix}" for host in (_LOOPBACK, "localhost")]
        guard = Guard(make_app(desk), names)
        typer.echo(f"Open once in a browser: http://{names[0]}/open/{guard.token}")
        config = uvicorn.Config(guard, log_config=None, access_log=False, server_header=False)
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        if socket_file is not None:
            socket_file.unlink(missing_ok=True)
        desk.end()


def _at_port(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_LOOPBACK, port))
    except OSError as error:
        listening.close()
        raise _taken(f"port {port}", error, "--port") from error
    return listening


def _at_file(place: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    try:
        if place.exists() and stat.S_ISSOCK(place.lstat().st_mode):
            place.unlink()  # of a server that was killed
        listening.bind(str(place))
        place.chmod(0o600)
    except OSError as error:
        listening.close()
        raise _taken(str(place), error, "--socket") from error
    return listening


def _taken(what: str, error: OSError, option: str) -> UserError:
    return UserError.about(
        what,
        expected="a place that is free",
        found=error.strerror or str(error),
        hint=f"Name another by {option}.",
    )
