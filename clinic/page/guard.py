"""Who may ask: a browser with the one-time token, under our own name, in small words."""

import hmac
import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["COOKIE", "LARGEST_BODY", "Guard"]

COOKIE = "uls23_page"
LARGEST_BODY = 128 << 10

_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class _TooLargeError(Exception):
    pass


class Guard:
    """Lets only requests through that are ours.

    Attributes:
        token: opens the page once; then the browser's cookie does.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self.token = secrets.token_urlsafe(24)
        self._spent = False
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, _with_headers(send))
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await _with_headers(send)(message)

        try:
            await self._app(scope, _limited(receive), noting)
        except _TooLargeError:
            if not started:
                await PlainTextResponse("too large", 413)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        if headers.get("host", "").lower() not in self._hosts:
            return PlainTextResponse("not a name of this page", 421)
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:9]) > LARGEST_BODY:
            return PlainTextResponse("too large", 413)
        if scope["path"].startswith("/open/"):
            return self._opened(scope["path"].removeprefix("/open/"))
        if not _same(self._cookie(headers.get("cookie", "")), self._session):
            return PlainTextResponse("Open the address that the command printed.", 403)
        if scope["method"] not in ("GET", "HEAD"):
            return _foreign(headers)
        return None

    def _opened(self, token: str) -> Response:
        if self._spent or not _same(token, self.token):
            return PlainTextResponse("This address was used already, or is not ours.", 403)
        self._spent = True
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, self._session, httponly=True, samesite="strict")
        return answer

    @staticmethod
    def _cookie(text: str) -> str:
        try:
            morsel = SimpleCookie(text).get(COOKIE)
        except CookieError:
            return ""
        return "" if morsel is None else morsel.value


def _foreign(headers: dict[str, str]) -> Response | None:
    """Refuse what another page's form or script could send."""
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers["host"]:
        return PlainTextResponse("from another page", 403)
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return PlainTextResponse("expected JSON", 415)
    return None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _limited(receive: Receive) -> Receive:
    n_bytes = 0

    async def limited() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > LARGEST_BODY:
            raise _TooLargeError
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            extra = [(k.encode(), v.encode()) for k, v in _HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return sending
