"""Each library that was built and that this CPU runs."""

from pathlib import Path

import pytest

from algorithm.native import build, library
from algorithm.native.library import Library


@pytest.fixture(params=build.KINDS)
def path(request: pytest.FixtureRequest) -> Path:
    built = Path(build.__file__).parent / f"{request.param}.so"
    if not built.exists():
        pytest.skip("the library was not built: there is no C compiler")
    if not library._NEEDS[request.param] <= library._flags(Path("/proc/cpuinfo")):
        pytest.skip("this CPU does not run the library")
    return built


@pytest.fixture
def two_threads(path: Path) -> Library:
    return Library(path, 2)
