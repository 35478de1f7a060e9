"""Debian's Orthanc in a network namespace of its own: it listens to all the world otherwise."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

_PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
_CALL = """
import http.client, sys
method, path, accept = sys.argv[1:]
connection = http.client.HTTPConnection("127.0.0.1", 8042, timeout=60)
connection.request(method, path, headers={"Accept": accept})
answer = connection.getresponse()
assert answer.status == 200, answer.status
head = "Content-Type: " + answer.getheader("Content-Type", "") + "\\r\\n\\r\\n"
sys.stdout.buffer.write(head.encode() + answer.read())
"""


@dataclass(frozen=True)
class Orthanc:
    """A running archive; nobody outside its namespace reaches it."""

    process: int

    def run(self, *command: Any, **options: Any) -> subprocess.CompletedProcess[Any]:
        """Run a command where the archive can be reached."""
        inside = ["nsenter", "--net", "--target", str(self.process), *map(str, command)]
        return subprocess.run(inside, capture_output=True, check=False, **options)

    def get(self, path: str, accept: str = "application/json") -> Any:
        """Ask for JSON."""
        return message_from_bytes(self._called(path, accept)).get_payload(decode=True)

    def count(self) -> int:
        """How many instances it has."""
        return int(json.loads(self.get("/statistics"))["CountInstances"])

    def retrieve(self, study: str, folder: Path) -> list[Path]:
        """All objects of a study, by WADO-RS."""
        accept = 'multipart/related; type="application/dicom"; transfer-syntax=*'
        parts = message_from_bytes(self._called(f"/dicom-web/studies/{study}", accept))
        folder.mkdir()
        for number, part in enumerate(parts.get_payload(), 1):
            (folder / f"{number}.dcm").write_bytes(part.get_payload(decode=True))
        return sorted(folder.iterdir())

    def _called(self, path: str, accept: str) -> bytes:
        done = self.run(sys.executable, "-c", _CALL, "GET", path, accept)
        assert done.returncode == 0, done.stderr
        return bytes(done.stdout)


def _missing() -> str:
    if shutil.which("Orthanc") is None or not _PLUGIN.exists():
        return "needs Debian's orthanc and orthanc-dicomweb"
    alone = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return "" if alone.returncode == 0 else "needs root, for a network namespace"


@contextmanager
def running_orthanc(folder: Path) -> Iterator[Orthanc]:
    """Run it with its data in a folder; skips where it is missing, unless CI requires it."""
    if why := _missing():
        if "ULS23_REQUIRE_ORTHANC" in os.environ:
            pytest.fail(why)
        pytest.skip(why)
    settings = {
        "StorageDirectory": str(folder / "data"),
        "IndexDirectory": str(folder / "data"),
        "HttpPort": 8042,
        "DicomPort": 4242,
        "DicomAet": "ORTHANC",
        "AuthenticationEnabled": False,
        "Plugins": [str(_PLUGIN)],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    script = 'ip link set lo up && exec Orthanc "$0"'
    start = ["unshare", "--net", "bash", "-c", script, str(folder / "orthanc.json")]
    with (folder / "log").open("wb") as log, subprocess.Popen(start, stdout=log, stderr=log) as run:
        try:
            archive = Orthanc(run.pid)
            _wait(archive, folder / "log")
            yield archive
        finally:
            run.terminate()


def _wait(archive: Orthanc, log: Path) -> None:
    for _ in range(150):
        if b"Orthanc has started" in log.read_bytes():
            return
        time.sleep(0.1)
    pytest.fail(f"Orthanc did not start: {log.read_text()[-2000:]}")
