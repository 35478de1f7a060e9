from pathlib import Path

import pytest
from synthetic_raw_sets import box_label, write_raw
from typer.testing import CliRunner

from training.__main__ import app
from training.nnunet.semi_supervised.pipeline import Pipeline
from training.nnunet.semi_supervised.recipe import Recipe
from uls.workshop.errors import CallError, InputError


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    partial = write_raw(tmp_path / "Dataset002_Part", {"a": box_label(), "b": box_label()})
    table = tmp_path / "measurements.csv"
    table.write_text("case,long_axis_px,short_axis_px\na,4,3\nb,4,3\n")
    full = write_raw(tmp_path / "Dataset001_Full", {"c": box_label()})
    return Pipeline(full, partial, table, tmp_path / "run", Recipe())


def test_the_defaults_are_the_challenges(pipeline: Pipeline) -> None:
    stages = {stage.name: stage for stage in pipeline.stages}
    assert stages["1-pre-train"].settings["trainer"] == "nnUNetTrainer_ULS_1k"
    assert stages["2-fine-tune"].settings["trainer"] == "nnUNetTrainer_ULS_500_QuarterLR"
    assert stages["4-pre-train"].settings == stages["1-pre-train"].settings
    assert stages["5-fine-tune"].settings == stages["2-fine-tune"].settings
    assert stages["3-select"].settings == {"tolerance_px": 5.0}


def test_each_network_begins_with_the_right_weights(pipeline: Pipeline) -> None:
    """The second network is trained anew on pseudo-masks; both are tuned on what they learnt."""
    stages = {stage.name: stage for stage in pipeline.stages}
    assert "pretrained" not in stages["1-pre-train"].inputs
    assert "pretrained" not in stages["4-pre-train"].inputs
    for tuned, begun in (("2-fine-tune", "1-pre-train"), ("5-fine-tune", "4-pre-train")):
        given = stages[tuned].inputs["pretrained"]
        assert given.is_relative_to(stages[begun].output)
        assert given.name == "checkpoint_final.pth"
        assert stages[tuned].inputs["data"] == stages["0-plan"].output
    assert stages["3-predict"].inputs["model"].is_relative_to(stages["2-fine-tune"].output)
    assert pipeline.model.is_relative_to(stages["5-fine-tune"].output)


def test_a_case_that_nobody_measured_is_told_before_any_work(pipeline: Pipeline) -> None:
    pipeline.measurements.write_text("case,long_axis_px,short_axis_px\na,4,3\n")
    with pytest.raises(InputError, match=r"a row for each of the 2 cases, found none for b\."):
        pipeline.run()
    assert not pipeline.root.exists()


def test_an_unknown_stage_is_told(pipeline: Pipeline) -> None:
    with pytest.raises(CallError, match="one of 0-plan, 1-labels"):
        pipeline.run(until="6-party")
    with pytest.raises(CallError, match="found 9"):
        pipeline.run(again_from="9")


def test_networks_that_algorithm_does_not_run_are_refused_first(tmp_path: Path) -> None:
    call = ["semi-supervised", "--full", "a", "--partial", "b", "--output", str(tmp_path / "run")]
    result = CliRunner().invoke(app, [*call, "--preset", "nnunet"])
    assert isinstance(result.exception, CallError)
    assert "--preset nnunet: expected a preset whose networks `algorithm` runs" in str(
        result.exception
    )
    assert not (tmp_path / "run").exists()
