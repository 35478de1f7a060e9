"""Each library that this CPU runs; where there is a C compiler, it must have been built."""

from pathlib import Path

import pytest

from algorithm.engines.winograd import build, library
from algorithm.engines.winograd.library import Library, library_path
from uls.workshop.cpus import cpu_flags


def _built(kind: str) -> Path:
    path = build.SOURCES / build.library_name(kind)
    if not path.exists():
        if build.find_compiler() is not None:
            pytest.fail(
                f"{path} was not built: `make venv`, or "
                "`python -m algorithm.engines.winograd.build`"
            )
        pytest.skip("the library was not built: there is no C compiler")
    return path


@pytest.fixture(params=build.KINDS)
def path(request: pytest.FixtureRequest) -> Path:
    if not library._NEEDS[request.param] <= cpu_flags():
        pytest.skip("this CPU does not run the library")
    return _built(request.param)


@pytest.fixture
def two_threads(path: Path) -> Library:
    return Library(path, 2)


@pytest.fixture
def best() -> Library:
    """The one that the engine takes."""
    path = library_path()
    if path is None:
        _built(build.KINDS[-1])
        pytest.skip("this CPU runs no library")
    return Library(path, 2)
