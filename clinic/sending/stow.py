"""Objects to an archive by STOW-RS: DICOM over HTTPS, one object a request.

Python's own client: it follows no redirect and asks no proxy, so that nothing goes to another host
than the one that was named. Certificates are verified (`SSL_CERT_FILE` names a hospital's own).
"""

import http.client
import json
import os
import secrets
import ssl
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clinic.sending.destination import Destination
from clinic.sending.not_stored import NotStoredError
from clinic.sending.objects import SendObject
from uls.workshop.errors import CallError

__all__ = ["AUTHORIZATION", "Stow"]

AUTHORIZATION = "ULS23_PACS_AUTHORIZATION"
"""Environment variable with the value of the header `Authorization`: no process list shows it."""

_SECONDS_TO_ANSWER = 120
_LARGEST_ANSWER = 1 << 20

_FAILED, _REFERENCED = "00081198", "00081199"
_INSTANCE, _REASON = "00081155", "00081197"
_THERE_ALREADY = 0x0111
_DONE, _PARTLY, _CONFLICT = 200, 202, 409
_MAY_PASS = {408, 425, 429, 500, 502, 503, 504}


class Stow:
    """A connection for storing; use it in a `with` statement."""

    def __init__(self, destination: Destination, _: Iterable[SendObject] = ()) -> None:
        """Name the archive.

        Raises:
            CallError: an authorization would go over the network for everybody to read.
        """
        self._destination = destination
        self._authorization = os.environ.get(AUTHORIZATION, "").strip()
        if self._authorization and not destination.is_private:
            raise CallError.about(AUTHORIZATION, expected="an https address", found="http")
        self._connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> Self:
        """Make ready to connect; the first object connects."""
        where = self._destination
        seconds = _SECONDS_TO_ANSWER
        if where.scheme == "https":
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(
                where.host, where.port, timeout=seconds, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(where.host, where.port, timeout=seconds)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def store(self, path: Path, one: SendObject) -> None:
        """Store one object.

        Raises:
            NotStoredError: the archive does not, or does not say so.
        """
        boundary = f"uls23-{secrets.token_hex(16)}"
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        body = b"".join((head, path.read_bytes(), f"\r\n--{boundary}--\r\n".encode()))
        status, answer = self._posted(body, boundary)
        _check(status, answer, one)

    def _posted(self, body: bytes, boundary: str) -> tuple[int, bytes]:
        """Post a body; return the answer's status and its beginning."""
        assert self._connection is not None  # noqa: S101
        kind = f'multipart/related; type="application/dicom"; boundary="{boundary}"'
        headers = {"Content-Type": kind, "Accept": "application/dicom+json"}
        if self._authorization:
            headers["Authorization"] = self._authorization
        try:
            self._connection.request("POST", self._destination.path, body, headers)
            response = self._connection.getresponse()
            answer = response.read(_LARGEST_ANSWER + 1)
        except ssl.SSLCertVerificationError:
            self._connection.close()
            why = "its certificate is not valid for us (SSL_CERT_FILE names a hospital's own)"
            raise NotStoredError(why, again=False, reached=False) from None
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise NotStoredError("it does not answer", again=True, reached=False) from None
        if len(answer) > _LARGEST_ANSWER:
            self._connection.close()
        return response.status, answer


def _check(status: int, answer: bytes, one: SendObject) -> None:
    """Take an answer only for what it says (PS3.18, 10.5.3).

    Raises:
        NotStoredError: the object is not stored, or nothing says that it is.
    """
    if status not in (_DONE, _PARTLY, _CONFLICT):
        raise NotStoredError(_said(status), again=status in _MAY_PASS, reached=status < 500)
    referenced, failed = _sequences(answer)
    reason = failed.get(one.sop_instance)
    if reason == _THERE_ALREADY or (status != _CONFLICT and one.sop_instance in referenced):
        return
    if reason is not None:
        raise NotStoredError(f"it refused with reason 0x{reason:04X}", again=_passes(reason))
    raise NotStoredError(f"it answered {status} and does not name the object", again=False)


def _sequences(answer: bytes) -> tuple[set[str], dict[str, int]]:
    """Return the instances that are stored, and those that failed with their reasons."""
    try:
        document = json.loads(answer)
        referenced = {_value(item, _INSTANCE) for item in _items(document, _REFERENCED)}
        failed = {
            _value(item, _INSTANCE): int(_value(item, _REASON) or 0)
            for item in _items(document, _FAILED)
        }
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return set(), {}
    return referenced, failed


def _items(document: Any, tag: str) -> list[Any]:
    return list(document.get(tag, {}).get("Value", []))


def _value(item: Any, tag: str) -> Any:
    return (item.get(tag, {}).get("Value") or [""])[0]


def _passes(reason: int) -> bool:
    return reason >> 8 == 0xA7 or reason == 0x0110


def _said(status: int) -> str:
    if 300 <= status < 400:
        return f"it answered {status} and sends elsewhere: name the final address"
    if status in (401, 403):
        return f"it answered {status}: give what it asks for in {AUTHORIZATION}"
    return f"it answered {status}"
