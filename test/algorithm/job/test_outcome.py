import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from algorithm.job.means import Means
from algorithm.job.outcome import StackOutcome, VoiOutcome, log_summary, log_voi
from algorithm.job.stopwatch import Stopwatch
from uls.geometry.lesion import ClickedLesion

HIT = VoiOutcome(0, voxels=10, volume_ml=0.01, distance_mm=0.0, n_components=1)
BESIDE = VoiOutcome(1, voxels=10, volume_ml=0.01, distance_mm=2.5, n_components=1)
EMPTY = VoiOutcome(2, voxels=0, volume_ml=0.0, distance_mm=None, n_components=3)


def test_volume_is_voxels_times_their_size() -> None:
    mask = np.zeros((2, 2, 2), bool)
    mask[0] = True
    lesion = ClickedLesion(mask, distance_mm=0.0, n_components=1)
    outcome = VoiOutcome.of(5, lesion, (0.5, 0.5, 10.0))
    assert (outcome.index, outcome.voxels) == (5, 4)
    assert outcome.volume_ml == pytest.approx(4 * 2.5 / 1000)


@pytest.mark.parametrize(
    ("voi", "level", "text"),
    [
        (HIT, "INFO", "s: VOI 1 of 9: 0.01 ml (10 voxels)"),
        (BESIDE, "WARNING", "s: VOI 2 of 9: 0.01 ml, begins 2.5 mm beside the click"),
        (EMPTY, "WARNING", "s: VOI 3 of 9: no lesion at the click"),
    ],
)
def test_what_misses_the_click_is_a_warning(
    caplog: pytest.LogCaptureFixture, voi: VoiOutcome, level: str, text: str
) -> None:
    with caplog.at_level(logging.INFO):
        log_voi("s", voi, 9)
    (record,) = caplog.records
    assert record.levelname == level
    assert record.getMessage().startswith(text)


def test_summary_counts_masks_to_look_at(caplog: pytest.LogCaptureFixture) -> None:
    stacks = [StackOutcome(Path("a.mha"), (HIT, EMPTY)), StackOutcome(Path("b.mha"), (BESIDE,))]
    with caplog.at_level(logging.INFO):
        log_summary(stacks, Stopwatch())
    assert "1 of 3 masks are empty, 1 do not hold the click" in caplog.text
    assert "Masks of 2 VOIs written to a.mha" in caplog.text


@pytest.mark.parametrize(
    ("by", "level", "counted"),
    [
        ((Means.MODEL,) * 3, "INFO", "predicted 3, the starter model 0; 0 were left empty"),
        (tuple(Means), "WARNING", "predicted 1, the starter model 1; 1 were left empty"),
        ((Means.NOTHING,) * 3, "WARNING", "predicted 0, the starter model 0; 3 were left empty"),
    ],
)
def test_the_last_line_counts_by_what_vois_were_predicted(
    caplog: pytest.LogCaptureFixture, by: tuple[Means, ...], level: str, counted: str
) -> None:
    vois = tuple(replace(HIT, means=means) for means in by)
    with caplog.at_level(logging.INFO):
        log_summary([StackOutcome(Path("a.mha"), vois)], Stopwatch())
    last = caplog.records[-1]
    assert last.levelname == level
    assert last.getMessage() == f"Of 3 VOIs the model {counted}"


def test_summary_of_a_clean_job_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        log_summary([StackOutcome(Path("a.mha"), (HIT,))], Stopwatch())
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("voi", "texts"),
    [
        (VoiOutcome.left_empty(2), ["s: VOI 3 of 9: left empty, not predicted, for lack of time"]),
        (
            replace(HIT, means=Means.FALLBACK),
            [
                "s: VOI 1 of 9: predicted by the starter model, for lack of time",
                "s: VOI 1 of 9: 0.01 ml (10 voxels)",
            ],
        ),
        (
            replace(HIT, passes_left_out=4),
            [
                "s: VOI 1 of 9: 4 mirrored passes fewer than asked for, for lack of time",
                "s: VOI 1 of 9: 0.01 ml (10 voxels)",
            ],
        ),
    ],
)
def test_what_time_was_too_short_for_is_a_warning(
    caplog: pytest.LogCaptureFixture, voi: VoiOutcome, texts: list[str]
) -> None:
    with caplog.at_level(logging.INFO):
        log_voi("s", voi, 9)
    assert [record.getMessage() for record in caplog.records] == texts
    assert caplog.records[0].levelname == "WARNING"


def test_summary_counts_what_time_was_too_short_for(caplog: pytest.LogCaptureFixture) -> None:
    fallback = replace(HIT, means=Means.FALLBACK)
    vois = (HIT, fallback, fallback, replace(HIT, passes_left_out=7), VoiOutcome.left_empty(4))
    log_summary([StackOutcome(Path("a.mha"), vois)], Stopwatch())
    assert (
        "Of 5 VOIs, for lack of time: 1 predicted with fewer passes than asked for, "
        "2 predicted by the starter model, 1 left empty"
    ) in caplog.text


def test_stopwatch_adds_up_a_stage_even_when_it_fails() -> None:
    stopwatch = Stopwatch()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), stopwatch.stage("work"):
            _ = 1 / 0
    assert set(stopwatch.seconds) == {"work"}
    assert 0 < stopwatch.seconds["work"] <= stopwatch.total_seconds
