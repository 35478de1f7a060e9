"""Surface Dice and Hausdorff distances, by a library that may not be there."""

import sys

import numpy as np
import pytest
from synthetic_submission import Submission
from typer.testing import CliRunner

from evaluation.__main__ import app
from evaluation.results.lesion_sections import SurfaceScore
from evaluation.scoring.job import evaluate
from evaluation.scoring.surface import TOLERANCE_MM, surface_library, surface_score
from uls.geometry.cropped import CroppedMask, cropped
from uls.workshop.errors import CallError

SPACING_MM = (1.0, 1.0, 1.0)


def cube(*, x: int = 10, size: int = 10) -> CroppedMask:
    mask = np.zeros((40, 40, 80), dtype=np.bool_)
    mask[10 : 10 + size, 10 : 10 + size, x : x + size] = True
    return cropped(mask)


def test_without_the_library_the_call_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "surface_distance", None)
    with pytest.raises(CallError, match=r"--surface: expected the package surface-distance") as e:
        surface_library()
    assert "pip install '.[report]'" in str(e.value)


@pytest.fixture
def library() -> None:
    pytest.importorskip("surface_distance")


@pytest.mark.usefixtures("library")
class TestWithLibrary:
    def test_equal_masks(self) -> None:
        found = surface_score(cube(), cube(), spacing_mm=SPACING_MM)
        assert (found.dice, found.hausdorff_95_mm, found.tolerance_mm) == (1, 0, TOLERANCE_MM)

    def test_a_shift_by_one_voxel_lies_within_the_tolerance(self) -> None:
        found = surface_score(cube(), cube(x=11), spacing_mm=SPACING_MM)
        assert (found.dice, found.hausdorff_95_mm) == (1, pytest.approx(1))

    def test_the_shift_is_measured_in_mm_along_its_own_axis(self) -> None:
        """One voxel along x, which is 3 mm wide: the two end faces are 3 mm apart, none nearer."""
        found = surface_score(cube(), cube(x=11), spacing_mm=(3.0, 0.5, 0.5))
        assert found.hausdorff_95_mm == pytest.approx(3)
        assert 0 < found.dice < 1

    def test_masks_far_apart(self) -> None:
        """Single voxels 30 mm apart."""
        found = surface_score(cube(size=1), cube(x=40, size=1), spacing_mm=SPACING_MM)
        assert (found.dice, found.hausdorff_95_mm) == (0, pytest.approx(30))

    @pytest.mark.parametrize("first", [True, False])
    def test_an_empty_mask_is_infinitely_far(self, first: bool) -> None:
        empty = cropped(np.zeros((40, 40, 80), dtype=np.bool_))
        masks = (empty, cube()) if first else (cube(), empty)
        found = surface_score(*masks, spacing_mm=SPACING_MM)
        assert (found.dice, found.hausdorff_95_mm) == (0, None)


@pytest.mark.usefixtures("library")
def test_every_predicted_lesion_has_one_when_asked_for(submission: Submission) -> None:
    """The second prediction lies 2.5 mm to the right; the third is empty."""
    metrics = evaluate(submission.options().model_copy(update={"surface": True}))
    scores = [lesion.surface for lesion in metrics.lesions]
    assert all(scores)
    assert scores[0] == SurfaceScore(dice=1, tolerance_mm=2, hausdorff_95_mm=0)
    assert scores[1] is not None
    assert scores[1].hausdorff_95_mm == 2.5
    assert scores[2] == SurfaceScore(dice=0, tolerance_mm=2, hausdorff_95_mm=None)
    assert metrics.analysis is not None
    assert metrics.analysis.surface is not None
    assert metrics.analysis.surface.infinite == 1


def test_nothing_of_it_unless_asked_for(submission: Submission) -> None:
    metrics = evaluate(submission.options())
    assert [lesion.surface for lesion in metrics.lesions] == [None] * 3
    assert metrics.analysis is not None
    assert metrics.analysis.surface is None


def test_asked_for_without_the_library_nothing_is_scored(
    submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "surface_distance", None)
    with pytest.raises(CallError, match="--surface"):
        evaluate(submission.options().model_copy(update={"surface": True}))
    assert not submission.metrics_file.exists()


def test_the_command_line_asks_for_it(
    submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(
        "evaluation.scoring.job.evaluate", lambda options: asked.append(options.surface)
    )
    monkeypatch.setattr("evaluation.results.table.score_table", lambda metrics: "")
    submission.write()
    for options in ([], ["--surface"]):
        done = CliRunner().invoke(app, ["score", "--input", str(submission.input_folder), *options])
        assert done.exit_code == 0, done.output
    assert asked == [False, True]
