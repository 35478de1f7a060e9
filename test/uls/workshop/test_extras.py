"""Hints say how to install what is missing, and name no project that an index might have."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

import uls.workshop.extras
from algorithm.engines.catalogue.catalogue import ENGINES
from uls.workshop.extras import how_to_install

ROOT = Path(uls.workshop.extras.__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]

RECORD = [
    "numpy>=1.26",
    'matplotlib>=3.9; extra == "figures"',
    "Jinja2>=3.1; extra == 'figures'",
    'uls23[figures]; extra == "report"',
    'scipy<2,>=1.11; extra == "report"',
    'torch>=2.6; extra == "gpu"',
    'uls23[gpu,report]; extra == "training"',
    'nnunetv2>=2.8.1; python_version >= "3.11" and extra == "training"',
]


def test_from_a_checkout_it_is_the_checkout() -> None:
    assert how_to_install("report") == f"Run `pip install '.[report]'` in {ROOT}"
    assert how_to_install("gpu", "importing") == f"Run `pip install '.[gpu,importing]'` in {ROOT}"


def test_an_extra_that_is_none_is_left_out() -> None:
    assert how_to_install("none") == f"Run `pip install .` in {ROOT}"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As from a wheel: no pyproject.toml of ours above the package."""
    monkeypatch.setattr(uls.workshop.extras, "_SOURCE", tmp_path)
    monkeypatch.setattr(uls.workshop.extras, "requires", lambda _: RECORD)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("extras", "packages"),
    [
        (["report"], ["matplotlib>=3.9", "Jinja2>=3.1", "scipy<2,>=1.11"]),
        (["gpu", "figures"], ["torch>=2.6", "matplotlib>=3.9", "Jinja2>=3.1"]),
        (
            ["training"],
            ["torch>=2.6", "matplotlib>=3.9", "Jinja2>=3.1", "scipy<2,>=1.11", "nnunetv2>=2.8.1"],
        ),
        (["none"], ["numpy>=1.26"]),
    ],
)
def test_from_a_wheel_it_is_the_packages(extras: list[str], packages: list[str]) -> None:
    command = how_to_install(*extras).split("`")[1]
    assert shlex.split(command) == ["pip", "install", *packages]


@pytest.mark.usefixtures("installed")
def test_another_projects_folder_is_no_checkout(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\n')
    assert "scipy" in how_to_install("report")


@pytest.mark.usefixtures("installed")
def test_without_a_record_the_sources_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uls.workshop.extras, "requires", lambda _: None)
    assert how_to_install("report").endswith("in the folder of the project's sources")


def sources() -> list[Path]:
    packages = ("uls", "algorithm", "evaluation", "training")
    return [path for package in packages for path in (ROOT / package).rglob("*.py")]


def test_no_hint_has_a_wording_of_its_own() -> None:
    own = re.compile(r"pip install (?!ziglang)['\".]|uls23\[")
    found = {str(path) for path in sources() if own.search(path.read_text("utf-8"))}
    assert found == {uls.workshop.extras.__file__}


def test_every_extra_that_a_hint_names_exists() -> None:
    calls = re.compile(r"how_to_install\(((?:'\w+'(?:, )?)+)\)")
    texts = (path.read_text("utf-8") for path in sources())
    named = {name for text in texts for call in calls.findall(text) for name in shlex.split(call)}
    assert {name.rstrip(",") for name in named} <= EXTRAS.keys()
    assert {"report", "training", "gpu,", "importing"} <= named
    assert all(how_to_install(engine.extra) for engine in ENGINES.values())
