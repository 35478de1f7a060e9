"""Archives for tests, on loopback: one that speaks C-STORE, one that speaks STOW-RS."""

import http.server
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from io import BytesIO
from typing import Any

import pydicom
from pydicom.dataset import Dataset


@dataclass
class Archive:
    """What an archive got, and what it answers."""

    address: str = ""
    stored: list[Dataset] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    """One for each object; where there is none left it stores."""
    calls: list[Any] = field(default_factory=list)

    @property
    def instances(self) -> set[str]:
        return {str(one.SOPInstanceUID) for one in self.stored}

    def next_answer(self) -> Any:
        return self.answers.pop(0) if self.answers else None


@contextmanager
def c_store_archive(*classes: str, titles: tuple[str, str] | None = None) -> Iterator[Archive]:
    """Runs an archive; of no classes it takes all. `titles`: of whom it takes, and its own."""
    from pynetdicom import AE, AllStoragePresentationContexts, evt

    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)
    archive = Archive()

    def store(event: Any) -> int:
        archive.calls.append(str(event.assoc.requestor.ae_title))
        answer = archive.next_answer()
        if answer == "hang up":
            event.assoc.abort()
        elif answer is None or answer < 0xA000:
            archive.stored.append(event.dataset)
        return answer if isinstance(answer, int) else 0

    entity = AE(ae_title=titles[1] if titles else "ARCHIVE")
    if titles:
        entity.require_calling_aet = [titles[0]]
        entity.require_called_aet = True
    if classes:
        for one in classes:
            entity.add_supported_context(one)
    else:
        for context in AllStoragePresentationContexts:
            entity.add_supported_context(context.abstract_syntax)
        entity.add_supported_context("1.2.840.10008.5.1.4.1.1.11.1")
    server = entity.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, store)]
    )
    archive.address = f"dicom://ARCHIVE@127.0.0.1:{server.server_address[1]}"
    try:
        yield archive
    finally:
        server.shutdown()


@contextmanager
def stow_archive(ssl_context: Any = None) -> Iterator[Archive]:
    """Runs an archive; an answer of it is a status, or a status and a body."""
    archive = Archive()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            archive.calls.append((self.path, dict(self.headers)))
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            parts = message_from_bytes(head + content).get_payload()
            (one,) = (pydicom.dcmread(BytesIO(p.get_payload(decode=True))) for p in parts)
            self._say(archive.next_answer(), one)

        def _say(self, answer: Any, one: Dataset) -> None:
            if answer is None:
                archive.stored.append(one)
                answer = (200, {"00081199": said(one)})
            status, document = answer if isinstance(answer, tuple) else (answer, {})
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("Location", archive.address.replace("/studies", "/other/studies"))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if ssl_context is not None:
        server.socket = ssl_context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if ssl_context is None else "https"
    archive.address = f"{scheme}://localhost:{server.server_address[1]}/dicom-web/studies"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield archive
    finally:
        server.shutdown()
        server.server_close()


def said(one: Dataset, reason: int | None = None) -> dict[str, Any]:
    """A sequence of one object, as an answer to STOW-RS has it."""
    item: dict[str, Any] = {"00081155": {"vr": "UI", "Value": [str(one.SOPInstanceUID)]}}
    if reason is not None:
        item["00081197"] = {"vr": "US", "Value": [reason]}
    return {"vr": "SQ", "Value": [item]}
