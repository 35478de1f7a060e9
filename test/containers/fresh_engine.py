"""A second Docker engine that has no image: as on a machine that a bundle is brought to."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SECONDS = 60


@contextmanager
def fresh_engine() -> Iterator[dict[str, str]]:
    """Start an engine of its own; give the environment that leads to it. Its data go at the end."""
    if os.getuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("only root may start a Docker engine, and dockerd must be installed")
    place = Path(tempfile.mkdtemp(prefix="uls23-engine-"))  # a socket's path must be short
    socket = f"unix://{place}/sock"
    folders = [f"--{part}-root={place}/{part}" for part in ("data", "exec")]
    options = [*folders, f"--pidfile={place}/pid", "--host", socket, "--bridge=none"]
    try:
        with (place / "log").open("w") as log:
            engine = subprocess.Popen(
                ["dockerd", *options, "--iptables=false", "--ip6tables=false"],
                stdout=log,
                stderr=log,
            )
        try:
            there = os.environ | {"DOCKER_HOST": socket}
            _wait_for(there, place / "log")
            yield there
        finally:
            engine.terminate()
            engine.wait(_SECONDS)
    finally:
        shutil.rmtree(place)


def _wait_for(environment: dict[str, str], log: Path) -> None:
    before = time.monotonic()
    while subprocess.run(["docker", "info"], env=environment, capture_output=True).returncode:  # noqa: PLW1510
        assert time.monotonic() - before < _SECONDS, log.read_text()[-2000:]
        time.sleep(0.5)
