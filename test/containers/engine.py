"""Runs images under all the restrictions that the project promises to work under."""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Names of our own: what somebody built as uls23-… stays as it is.
PREFIX = "uls23-suite"
CPU_ALGORITHM = f"{PREFIX}-algorithm-cpu"
GPU_ALGORITHM = f"{PREFIX}-algorithm"
EVALUATION = f"{PREFIX}-evaluation"

MODEL_FOLDER = "/opt/ml/model"
GROUND_TRUTH_FOLDER = "/opt/ml/input/data/ground_truth"

# The platform's restrictions, and more. Only --rm is missing: `_container` removes a container
# itself, once its log is read.
STRICT = [
    "--platform=linux/amd64",
    "--read-only",
    "--network=none",
    "--tmpfs=/tmp",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--pids-limit=256",
    "--memory=16g",
    "--memory-swap=16g",
    "--shm-size=128m",
]

# Nobody in the image; who is not root could not remove another's files after the tests.
ANYBODY = f"{os.getuid() or 41234}:{os.getgid() or 41234}"

_SECONDS = 600


def docker(*arguments: str, seconds: float = _SECONDS) -> subprocess.CompletedProcess[str]:
    """Runs the client, standard error after standard output; does not look at the exit code."""
    return subprocess.run(
        ["docker", *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )


def docker_ok(*arguments: str) -> str:
    done = docker(*arguments)
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}"
    return done.stdout


@dataclass(frozen=True)
class Folders:
    """What a job is given: an input folder, an output folder that anybody may write to, others."""

    input: Path
    output: Path
    others: Mapping[str, Path]

    @classmethod
    def under(cls, root: Path, **others: Path) -> "Folders":
        """Makes empty ones; `model` and `ground_truth` are mounted where the platform has them."""
        places = {"model": MODEL_FOLDER, "ground_truth": GROUND_TRUTH_FOLDER}
        folders = cls(
            root / "input", root / "output", {places[name]: at for name, at in others.items()}
        )
        folders.input.mkdir(parents=True)
        folders.output.mkdir()
        folders.output.chmod(0o777)
        return folders

    @property
    def mounts(self) -> list[str]:
        read_only = {"/input": self.input, **self.others}
        options = [f"--volume={host}:{at}:ro" for at, host in read_only.items()]
        return [*options, f"--volume={self.output}:/output"]

    @property
    def written(self) -> dict[str, Path]:
        """Every file below the output folder, by its place there."""
        files = (path for path in self.output.rglob("*") if path.is_file())
        return {str(path.relative_to(self.output)): path for path in files}


@contextmanager
def _container(image: str, folders: Folders, *arguments: str) -> Iterator[str]:
    name = f"uls23-test-{uuid.uuid4().hex[:12]}"
    options = [*STRICT, "--user", ANYBODY, "--name", name, *folders.mounts]
    try:
        docker_ok("run", "--detach", *options, image, *arguments)
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


@dataclass(frozen=True)
class Ended:
    """How a container ended, and all that it said."""

    exit_code: int
    log: str


def run(image: str, folders: Folders, *arguments: str) -> Ended:
    """Runs an exec image to its end."""
    with _container(image, folders, *arguments) as name:
        return Ended(int(docker_ok("wait", name)), docker_ok("logs", name))


# Run inside of the container, since no network leads there. Prints every change of /health: None as
# long as nobody answers, then status codes, at last 200.
_WATCH_HEALTH = """
import json, time, urllib.error, urllib.request
seen, deadline = [], time.monotonic() + 120
while time.monotonic() < deadline and seen[-1:] != [200]:
    try:
        status = urllib.request.urlopen("http://127.0.0.1:4743/health", timeout=10).status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = None
    if seen[-1:] != [status]:
        seen.append(status)
    time.sleep(0.002)
print(json.dumps(seen))
"""

_INVOKE = """
import json, urllib.error, urllib.request
request = urllib.request.Request("http://127.0.0.1:4743/invoke", method="POST")
try:
    with urllib.request.urlopen(request, timeout=500) as answer:
        print(json.dumps([answer.status, answer.read().decode()]))
except urllib.error.HTTPError as error:
    print(json.dumps([error.code, error.read().decode()]))
"""


@dataclass(frozen=True)
class Server:
    """A running invoke image."""

    name: str

    @property
    def log(self) -> str:
        return docker_ok("logs", self.name)

    def watch_health(self) -> list[int | None]:
        """Asks /health until it answers 200; the answers on the way, repetitions left out."""
        seen: list[int | None] = json.loads(self._run_inside(_WATCH_HEALTH))
        assert seen[-1] == 200, f"/health never answered 200 but {seen}\n{self.log}"
        return seen

    def invoke(self) -> tuple[int, str]:
        """Has one job done; its status code and the answer's text."""
        status, text = json.loads(self._run_inside(_INVOKE))
        return status, text

    def stop(self) -> float:
        """Asks it to end; returns the seconds until it did, at most 60, since then it is killed."""
        before = time.monotonic()
        docker_ok("stop", "--time", "60", self.name)
        return time.monotonic() - before

    def wait(self) -> int:
        """Waits for its end; returns the exit code."""
        return int(docker_ok("wait", self.name))

    def _run_inside(self, script: str) -> str:
        done = docker("exec", self.name, "python3", "-c", script)
        assert done.returncode == 0, f"{done.stdout}\n{docker('logs', self.name).stdout}"
        return done.stdout


@contextmanager
def serve(image: str, folders: Folders) -> Iterator[Server]:
    """Starts an invoke image; it is gone when the block ends, however that ends."""
    with _container(image, folders) as name:
        yield Server(name)
