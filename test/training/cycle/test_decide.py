"""The rule, on scores worked out by hand."""

from collections.abc import Sequence

import pytest
from synthetic_metrics import metrics_of
from synthetic_scores import clicks, lesion

from evaluation.results.metrics import Clicks, Lesion, Metrics
from training.cycle.decide import decide
from training.cycle.records import Decision
from training.cycle.settings import Rule
from uls.workshop.errors import InputError


def metrics(
    dice: Sequence[float],
    *,
    types: Sequence[str] | None = None,
    patients: Sequence[str] | None = None,
    consistency: Sequence[float] = (),
) -> Metrics:
    """Lesions with these Dice, both axis errors 0.5."""
    named = patients or [f"p{voi}" for voi in range(len(dice))]
    kinds = types or ["liver"] * len(dice)
    lesions = [
        Lesion.model_validate(lesion(voi, (d, 0.5, 0.5), patient) | {"attributes": {"type": kind}})
        for voi, (d, patient, kind) in enumerate(zip(dice, named, kinds, strict=True))
    ]
    several = [Clicks.model_validate(clicks(voi, d)) for voi, d in enumerate(consistency)]
    return metrics_of(lesions, several)


def decided(old: Metrics, new: Metrics, **rule: float) -> Decision:
    return decide(
        old,
        new,
        Rule(**({"smallest_group": 1, "resamples": 400} | rule)),  # type: ignore[arg-type]
        round_number=1,
        set_version=1,
        old_model="0000",
        new_model="0001",
        test_set_sha256="0" * 64,
    )


def test_a_higher_score_is_promoted() -> None:
    found = decided(metrics([0.5, 0.7]), metrics([0.6, 0.8]))
    assert found.promoted
    assert (found.score, found.old, found.new) == (
        "SegmentationDice",
        pytest.approx(0.6),
        pytest.approx(0.7),
    )
    assert "rose from 0.6000 to 0.7000" in found.reasons[0]


def test_the_challenge_score_counts_where_it_exists() -> None:
    # 0.8 · 0.6 + 0.05 · 0.5 + 0.05 · 0.5 + 0.1 · 0.4 = 0.57; with the consistency 0.9, 0.62
    old = metrics([0.5, 0.7], consistency=[0.4])
    new = metrics([0.5, 0.7], consistency=[0.9])
    found = decided(old, new)
    assert (found.score, found.old, found.new) == (
        "ChallengeScore",
        pytest.approx(0.57),
        pytest.approx(0.62),
    )
    assert found.promoted


@pytest.mark.parametrize("after", [[0.5, 0.7], [0.5, 0.69]])
def test_an_equal_or_lower_score_is_not(after: list[float]) -> None:
    found = decided(metrics([0.5, 0.7]), metrics(after))
    assert not found.promoted
    assert found.reasons[0].startswith("SegmentationDice did not rise")


def test_one_group_may_veto() -> None:
    types = ["liver", "liver", "bone", "bone"]
    old = metrics([0.5, 0.5, 0.4, 0.5], types=types)
    new = metrics([0.9, 0.9, 0.4, 0.4], types=types)
    found = decided(old, new, sure=False)  # bone: 0.45, then 0.40
    assert not found.promoted
    assert found.new > found.old
    assert found.reasons == (
        "type bone: mean Dice fell by more than 0.02, from 0.450 to 0.400 (2 lesions)",
    )
    assert decided(old, new, margin=0.05, sure=False).promoted
    few = decided(old, new, smallest_group=3, sure=False)
    assert few.promoted
    verdicts = {(group.by, group.name): group.verdict for group in few.groups}
    assert verdicts["type", "bone"] == "too few to judge"


def test_a_gain_that_may_be_chance_is_refused_unless_any_will_do() -> None:
    # Differences 0.4 and −0.1: the mean rises by 0.15, but resamples reach from −0.1 to 0.4
    old, new = metrics([0.5, 0.5]), metrics([0.9, 0.4])
    assert decided(old, new, sure=False).promoted
    found = decided(old, new)
    assert not found.promoted
    assert found.reasons == ("the gain may be chance: its 95 % interval is -0.1000 to +0.4000",)
    assert decided(metrics([0.5, 0.5]), metrics([0.6, 0.7])).promoted
    alone = decided(metrics([0.5]), metrics([0.9]))  # one patient has no interval
    assert not alone.promoted


def test_the_interval_is_of_paired_resamples() -> None:
    # Of two patients a resample holds one twice (a quarter each) or both: differences 0.1, 0.2, 0.3
    found = decided(metrics([0.5, 0.5]), metrics([0.6, 0.8]))
    assert found.interval is not None
    assert (found.interval.lower, found.interval.upper) == (
        pytest.approx(0.1),
        pytest.approx(0.3),
    )
    assert (found.unit, found.units) == ("patient", 2)


def test_a_constant_gain_has_an_interval_without_width() -> None:
    # Unpaired resamples of lesions as different as these would spread widely
    found = decided(metrics([0.1, 0.5, 0.8]), metrics([0.15, 0.55, 0.85]))
    assert found.interval is not None
    assert found.interval.lower == pytest.approx(0.05)
    assert found.interval.upper == pytest.approx(0.05)


def test_of_a_single_patient_there_is_no_interval() -> None:
    found = decided(
        metrics([0.5, 0.6], patients=["a", "a"]), metrics([0.6, 0.7], patients=["a", "a"])
    )
    assert found.interval is None


def test_the_interval_of_the_challenge_score() -> None:
    # Two patients; Dice rises by 0.1 and 0.3, consistency by 0.2 (of the first alone)
    old = metrics([0.5, 0.5], consistency=[0.5])
    new = metrics([0.6, 0.8], consistency=[0.7])
    found = decided(old, new)
    assert found.interval is not None
    # Resamples that miss the clicked patient have no score. The first twice: .08 + .02; both: .16
    # + .02
    assert found.interval.lower == pytest.approx(0.10)
    assert found.interval.upper == pytest.approx(0.18)


def test_other_lesions_do_not_compare() -> None:
    with pytest.raises(InputError, match="the same lesions"):
        decided(metrics([0.5, 0.5]), metrics([0.6]))
