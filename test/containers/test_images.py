"""What is in the images, and what is not."""

import json
import subprocess
from typing import Any

import pytest
from containers.engine import ROOT, STRICT, docker_ok

pytestmark = pytest.mark.container

IMAGES = ["algorithm", "evaluation", "gpu_algorithm"]
API_LABEL = "org.grand-challenge.api-method"
CPU_IMAGE_LIMIT_BYTES = 800_000_000


@pytest.fixture(params=IMAGES)
def image(request: pytest.FixtureRequest) -> str:
    name: str = request.getfixturevalue(request.param)
    return name


def inspect(image: str) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(docker_ok("image", "inspect", image))[0]
    return described


def run_in(image: str, *command: str) -> str:
    """What a command prints that runs in the image as its user."""
    return docker_ok("run", "--rm", *STRICT, "--entrypoint", command[0], image, *command[1:])


def modules_in(image: str, *names: str) -> set[str]:
    """Those of the named modules that Python finds in the image."""
    script = f"import importlib.util as u; print(*(n for n in {names} if u.find_spec(n)))"
    return set(run_in(image, "python3", "-c", script).split())


@pytest.mark.parametrize("target", ["exec", "invoke"])
def test_platform_accepts_it(image: str, target: str) -> None:
    described = inspect(f"{image}:{target}")
    assert (described["Os"], described["Architecture"]) == ("linux", "amd64")
    user = described["Config"]["User"].split(":")
    assert all(part.isdecimal() and int(part) > 0 for part in user)
    labels = described["Config"]["Labels"] or {}
    assert labels.get(API_LABEL) == ("invoke" if target == "invoke" else None)
    assert ("4743/tcp" in (described["Config"].get("ExposedPorts") or {})) == (target == "invoke")


def test_it_says_what_it_is(image: str) -> None:
    arguments = ["exec", "--labels", "--only", "evaluation" if "eval" in image else "algorithm"]
    expected = subprocess.check_output([ROOT / "build.sh", *arguments], text=True)
    labels = inspect(f"{image}:exec")["Config"]["Labels"]
    for line in expected.splitlines():
        key, _, value = line.partition("=")
        assert labels[key] == value, key
    assert ("org.uls23.budget" in labels) == ("algorithm" in image)


def test_tests_use_names_of_their_own(image: str) -> None:
    """What somebody built to submit, with a budget for example, must stay as it is."""
    assert image.startswith("uls23-suite-")


@pytest.mark.parametrize("name", ["algorithm", "evaluation"])
def test_cpu_image_is_small(name: str, request: pytest.FixtureRequest) -> None:
    image = f"{request.getfixturevalue(name)}:exec"
    assert inspect(image)["Size"] < CPU_IMAGE_LIMIT_BYTES


def test_each_carries_only_what_it_runs(
    algorithm: str, evaluation: str, gpu_algorithm: str
) -> None:
    ours = ["uls", "algorithm", "evaluation", "training"]
    engines = ["openvino", "openvino_telemetry", "torch", "onnxruntime"]
    names = [*ours, *engines, "timm", "scipy", "onnx", "onnxscript", "pytest"]
    assert modules_in(f"{algorithm}:exec", *names) == {"uls", "algorithm", "openvino"}
    assert modules_in(f"{gpu_algorithm}:exec", *names) == {"uls", "algorithm", "torch"}
    assert modules_in(f"{evaluation}:exec", *names) == {"uls", "evaluation"}


def test_holds_no_leftovers_of_its_making(image: str) -> None:
    script = "import glob; print(*glob.glob('/build*'), *glob.glob('/opt/app/**/*.whl'))"
    assert not run_in(f"{image}:exec", "python3", "-c", script).strip()
    others_may_write = ["-perm", "/022", "-not", "-type", "l"]
    tests = ["-type", "d", "-name", "tests"]
    assert not run_in(f"{image}:exec", "find", "/opt/app", *others_may_write, "-o", *tests)


def test_brings_no_compiler(image: str) -> None:
    script = "import shutil; print(*filter(shutil.which, ['cc', 'gcc', 'g++', 'clang', 'nvcc']))"
    assert not run_in(f"{image}:exec", "python3", "-c", script).strip()


def test_is_compiled_ahead_since_it_cannot_be_later(image: str) -> None:
    script = "import pathlib, uls.images.stack as s; print(pathlib.Path(s.__cached__).is_file())"
    assert run_in(f"{image}:exec", "python3", "-c", script).strip() == "True"
