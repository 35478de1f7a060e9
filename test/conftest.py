"""What all tests share."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from algorithm.models.find_model import BUILT_IN_VARIABLE
from uls.workshop import cache

sys.path.insert(0, str(Path(__file__).parent))

from starter_model import STARTER

# A busy machine is no failure: tests assert no times, hypothesis' own included.
settings.register_profile("uls23", deadline=None)
settings.load_profile("uls23")


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A command that is called in this process sets the log up for itself; tests to come do not."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture(autouse=True, scope="session")
def _model_and_cache_folder_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The built-in model is as committed; what long-lived fixtures remember lies in no home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BUILT_IN_VARIABLE, str(STARTER))
        patch.setenv(cache.VARIABLE, str(tmp_path_factory.mktemp("cache-of-fixtures")))
        yield


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a cache folder of its own: none knows what another found out."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv(cache.VARIABLE, str(folder))
    return folder
