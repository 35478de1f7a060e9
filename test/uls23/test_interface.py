"""The public Python interface: its names, and that importing it costs nothing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from synthetic_submission import three_vois

import uls23
from uls23 import metrics


def test_every_public_name_is_there_and_documented() -> None:
    for name in uls23.__all__:
        assert (getattr(uls23, name).__doc__ or "").strip(), name
    assert sorted(uls23.__all__) == dir(uls23)


def test_other_names_are_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = uls23.nothing


def test_importing_it_imports_nothing_slow() -> None:
    code = "import sys, uls23; print({'numpy', 'SimpleITK', 'typer', 'torch'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(uls23.__file__).parents[1],
    )
    assert done.stdout == "set()\n"


def test_metrics_of_two_boxes() -> None:
    """Boxes of 2×4×6 and 2×4×3 voxels, one in the other: Dice 2·24 / (48 + 24)."""
    a, b = np.zeros((4, 8, 8), np.uint8), np.zeros((4, 8, 8), np.uint8)
    a[1:3, 2:6, 1:7] = 1
    b[1:3, 2:6, 1:4] = 7
    assert metrics.dice(a, b) == 2 * 24 / 72
    axes = metrics.lesion_axes(a)
    assert axes is not None
    assert axes.long.length == pytest.approx((3**2 + 5**2) ** 0.5)
    assert axes.long.length_mm((2.0, 2.0, 5.0)) == pytest.approx(2 * axes.long.length)
    assert metrics.lesion_axes(np.zeros((2, 2, 2))) is None


def test_consistency_moves_the_second_mask_onto_the_first() -> None:
    """The second click lies 2 voxels of 0.5 mm along x from the first; so does what it found."""
    first, second = np.zeros((4, 8, 8), np.uint8), np.zeros((4, 8, 8), np.uint8)
    first[1:3, 3:5, 3:5] = 1
    second[1:3, 3:5, 5:7] = 1
    spacing = (0.5, 0.5, 1.0)
    moved = metrics.click_consistency(first, second, shift_mm=(1.0, 0.0, 0.0), spacing_mm=spacing)
    still = metrics.click_consistency(first, second, shift_mm=(0.0, 0.0, 0.0), spacing_mm=spacing)
    assert (moved, still) == (1.0, 0.0)
    empty = np.zeros_like(first)
    assert metrics.click_consistency(first, empty, shift_mm=(0, 0, 0), spacing_mm=spacing) == 0.0


def test_evaluate_scores_folders(tmp_path: Path) -> None:
    submission = three_vois(tmp_path)
    submission.write()
    masks = tmp_path / "masks"
    masks.mkdir()
    submission.mask_file().rename(masks / "stack.mha")
    found = uls23.evaluate(masks, submission.ground_truth, tmp_path / "out")
    assert [lesion.dice for lesion in found.lesions] == [1.0, 0.5, 0.0]
    assert (tmp_path / "out" / "metrics.json").is_file()
    with pytest.raises(uls23.InputError, match="none"):
        uls23.evaluate(tmp_path / "none", submission.ground_truth, tmp_path / "out")


def test_a_voi_goes_back_where_it_was_cut() -> None:
    scan = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
    voi = uls23.cut_voi(scan, (1, 2, 3))
    assert (uls23.put_back(voi, (1, 2, 3), scan.shape) == scan).all()
