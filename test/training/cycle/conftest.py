"""A cycle's folder with a small fixed test set, for tests to work in."""

import shutil
from pathlib import Path

import pytest
from nnunet_folders import new_plans, write_result_folder
from synthetic_cycle import write_scan, write_test_set

from training.cycle.beginning import create
from training.cycle.project import Work
from training.cycle.settings import Rule


@pytest.fixture(scope="session")
def test_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_test_set(tmp_path_factory.mktemp("test-set"))


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small result folder of nnU-Net."""
    return write_result_folder(tmp_path_factory.mktemp("trained") / "t__p__c", new_plans())


@pytest.fixture
def first_model(tmp_path: Path, trained: Path) -> Path:
    """A result folder; `quality` says how well the fake network segments."""
    folder = tmp_path / "first-model"
    shutil.copytree(trained, folder)
    (folder / "quality").write_text("5")
    return folder


@pytest.fixture
def work(tmp_path: Path, first_model: Path, test_set: Path) -> Work:
    rule = Rule(smallest_group=1, resamples=100)
    return create(tmp_path / "work", model=first_model, test_set=test_set, rule=rule)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return write_scan(tmp_path / "scans" / "ct1.nii.gz")
