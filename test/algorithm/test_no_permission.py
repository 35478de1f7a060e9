"""Files and folders that the user may not read are told as such, by the right exit code."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nobody import as_nobody, folder_for_all
from starter_model import STARTER
from synthetic_stacks import voi_with_cube, write_job

from algorithm.models.find_model import find_model
from algorithm.models.importing.on_the_fly import load_model
from uls.platform.slugs import STACK_FOLDER
from uls.platform.sockets import find_job
from uls.workshop.errors import InputError, ModelError


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_for_all() as folder:
        yield folder


def _only_for_me(path: Path) -> Path:
    """Take all rights from others, and from myself where I am not root."""
    path.chmod(0o700 if os.geteuid() == 0 else 0)
    return path


@pytest.mark.parametrize("which", [STACK_FOLDER, f"{STACK_FOLDER}/s.mha", "."])
def test_an_input_is_an_input_error(folder: Path, which: str) -> None:
    write_job(folder / "in", {"s.mha": voi_with_cube()})
    closed = _only_for_me(folder / "in" / which)

    with as_nobody(), pytest.raises(InputError, match=r"user \d+ may read") as caught:
        find_job(folder / "in")

    closed.chmod(0o700)
    assert str(closed) in str(caught.value)


@pytest.mark.parametrize("which", ["zoom.safetensors", "model.json", "."])
def test_a_model_is_a_model_error(folder: Path, which: str) -> None:
    model = Path(shutil.copytree(STARTER, folder / "model"))
    closed = _only_for_me(model / which)

    with as_nobody(), pytest.raises(ModelError, match=r"(?i)permission") as caught:
        load_model(model)

    closed.chmod(0o700)
    assert str(closed) in str(caught.value)


def test_uploaded_weights_that_may_not_be_read_are_not_passed_over(folder: Path) -> None:
    uploaded = folder / "opt"
    uploaded.mkdir()
    _only_for_me(uploaded)

    with as_nobody(), pytest.raises(ModelError, match=r"user \d+ may read it, found Permission"):
        find_model(platform_folder=uploaded)

    uploaded.chmod(0o700)
