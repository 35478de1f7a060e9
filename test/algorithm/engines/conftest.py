"""A small model folder of random weights that engines are made of; each test has a copy."""

import shutil
from pathlib import Path

import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.models import weights
from algorithm.models.importing.model_import import import_model


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import it once; not to be changed."""
    folder = tmp_path_factory.mktemp("engines")
    source = write_result_folder(folder / "result", new_plans(patch=(16, 16, 16)))
    import_model(source, folder / "model", name="test")
    return folder / "model"


@pytest.fixture
def model(original: Path, tmp_path: Path) -> weights.Model:
    """Copy it: what engines remember beside it is this test's own."""
    shutil.copytree(original, tmp_path / "model")
    return weights.verify(tmp_path / "model")
