"""The self-test: bit for bit or nearly so, and refused where a mask or the model is another."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from typer.testing import CliRunner

from algorithm.__main__ import app
from algorithm.cli.self_test import Verdict, compare
from algorithm.engines.selection import parity
from algorithm.models.find_model import BUILT_IN_VARIABLE, find_built_in
from uls.geometry.cropped import cropped
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.images.written import write_image
from uls.platform.sample import mask_sha256
from uls.workshop.errors import ModelError

ONE = np.zeros(VOI_SHAPE_ZYX, dtype=np.uint8)
ONE[60:70, 100:120, 100:120] = 1  # 4,000 voxels


def stack(path: Path, *masks: np.ndarray) -> Path:
    return write_image(sitk.GetImageFromArray(np.concatenate(masks)), path)


def without(voxels: int) -> np.ndarray:
    """The same mask, less so many of its voxels."""
    mask = ONE.copy()
    mask[tuple(np.argwhere(mask)[:voxels].T)] = 0
    return mask


@pytest.mark.parametrize(
    ("removed", "least_dice"),
    # 2 · 3996 / (4000 + 3996) = 0.9995; 2 · 3991 / 7991 = 0.99887 is too little.
    [(0, 1.0), (4, 2 * 3996 / 7996), (9, None)],
)
def test_a_mask_is_the_released_one_or_nearly(
    tmp_path: Path, removed: int, least_dice: float | None
) -> None:
    released = stack(tmp_path / "released.mha", ONE, ONE)
    found = stack(tmp_path / "found.mha", ONE, without(removed))
    sha256s = (mask_sha256(cropped(ONE)),) * 2

    if least_dice is None:
        with pytest.raises(ModelError, match=r"VOI 2: expected .* found 0\.99887 \(3991 voxels"):
            compare(found, released, sha256s)
        return
    verdict = compare(found, released, sha256s)
    assert verdict == Verdict(2 if removed == 0 else 1, least_dice, 2)
    assert ("all 2 masks" if removed == 0 else "at Dice 0.99950 or more") in str(verdict)


def test_another_number_of_masks_is_refused(tmp_path: Path) -> None:
    one = stack(tmp_path / "one.mha", ONE)

    with pytest.raises(ModelError, match="expected 2 masks, found 1"):
        compare(one, one, (mask_sha256(cropped(ONE)),) * 2)


def test_it_asks_what_engines_are_asked() -> None:
    from algorithm.cli.self_test import LEAST_DICE

    assert LEAST_DICE == parity.MIN_DICE


def test_the_committed_masks_are_the_built_in_models() -> None:
    """Where this fails after a new model was built in: CONTRIBUTING.md says how to go on."""
    done = CliRunner().invoke(app, ["self-test"])

    assert done.exit_code == 0, done.output
    assert done.output.startswith("This installation computes what was released: ")


def test_another_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(find_built_in(), tmp_path / "starter")
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(text + "\n")
    monkeypatch.setenv(BUILT_IN_VARIABLE, str(folder))

    done = CliRunner().invoke(app, ["self-test"])

    assert isinstance(done.exception, ModelError)
    assert "expected SHA-256" in str(done.exception)
    assert "do not use it" in str(done.exception)
