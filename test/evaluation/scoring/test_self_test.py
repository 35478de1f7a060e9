"""The evaluation's self-test: the released scores, to nine digits, or the score that differs."""

import pytest
from typer.testing import CliRunner

from evaluation.__main__ import app
from evaluation.scoring import self_test
from uls.platform.sample import find_sample
from uls.workshop.errors import UserError


def test_the_committed_scores_are_what_is_computed() -> None:
    done = CliRunner().invoke(app, ["self-test"])

    assert done.exit_code == 0, done.output
    assert "all 34 scores" in done.output


@pytest.mark.parametrize(("factor", "is_the_same"), [(1 + 1e-12, True), (1 + 1e-6, False)])
def test_a_score_that_differs_is_named(
    monkeypatch: pytest.MonkeyPatch, factor: float, is_the_same: bool
) -> None:
    found = self_test.score_sample(find_sample())
    other = found | {"SegmentationDice.mean": factor * found["SegmentationDice.mean"]}
    monkeypatch.setattr(self_test, "score_sample", lambda _: other)

    if is_the_same:
        assert self_test.check_scores()
        return
    with pytest.raises(UserError, match=r"SegmentationDice\.mean: expected .*do not use it"):
        self_test.check_scores()


def test_a_score_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = self_test.score_sample(find_sample())
    monkeypatch.setattr(
        self_test, "score_sample", lambda _: {k: v for k, v in found.items() if "mean" not in k}
    )

    with pytest.raises(UserError, match="found None"):
        self_test.check_scores()
