"""Who gets mirrored passes: shares of spare time, worked out by hand."""

import pytest

from algorithm.inference.mirroring import Disagreements, Fixed, Shared, Spare, mirroring_of


def passes_of(mirroring: Shared, disagreement: float) -> int:
    """Ask as a predictor with 8 views does, every doubling of which disagrees as much."""
    done, seen = 1, None
    while mirroring.go_on(done, seen) and done < 8:
        done, seen = min(2 * done, mirroring.most), disagreement
    return done


def spare_30_seconds(passes_done: int) -> Spare:
    """30 s beside one pass for each of 10 VOIs, at 1 s per pass: an even share of 3 s."""
    return Spare(30.0 - max(passes_done - 1, 0), per_pass=1.0, vois=10)


def test_a_number_is_that_many_passes() -> None:
    assert mirroring_of(0) == mirroring_of(1) == Fixed(1)
    assert mirroring_of(3).at_once() == 3
    assert [Fixed(3).go_on(done, None) for done in (1, 2, 3)] == [True, True, False]
    assert mirroring_of(Fixed(2)) == Fixed(2)


@pytest.mark.parametrize(("seconds", "covered"), [(70, 8), (69, 4), (30, 4), (29, 2), (9, 1)])
def test_an_even_share_is_the_spare_time_over_the_vois(seconds: float, covered: int) -> None:
    """10 VOIs, 1 s per pass: 7 passes more for 70 s, 3 for 30 s, 1 for 10 s."""
    spare = Spare(seconds, per_pass=1.0, vois=10)

    assert max(n for n in (1, 2, 4, 8) if spare.covers(n, done=1, most=8)) == covered


def test_passes_that_a_voi_had_already_come_out_of_its_share() -> None:
    """Of 30 s spare at first, 3 are spent: 3 s were its share, which 8 passes would exceed."""
    assert Spare(27.0, per_pass=1.0, vois=10).covers(4, done=4, most=8)
    assert not Spare(27.0, per_pass=1.0, vois=10).covers(8, done=4, most=8)


def test_a_weight_scales_the_share_but_never_beyond_what_is_there() -> None:
    assert Spare(30.0, per_pass=1.0, vois=10).covers(8, done=1, most=8, weight=7 / 3)
    assert not Spare(30.0, per_pass=1.0, vois=10).covers(4, done=1, most=8, weight=0.5)
    # The last VOI: its weight makes no 12 s of 3.
    assert not Spare(3.0, per_pass=1.0, vois=1).covers(8, done=1, most=8, weight=4.0)
    assert Spare(3.0, per_pass=1.0, vois=1).covers(4, done=1, most=8, weight=4.0)


def test_where_there_is_time_for_all_nobody_gets_less() -> None:
    assert Spare(70.0, per_pass=1.0, vois=10).covers(8, done=1, most=8, weight=0.25)


def test_weights_are_disagreements_over_their_mean_so_far() -> None:
    disagreements = Disagreements()
    assert disagreements.weight(0.9) == 1  # nothing to hold it against
    disagreements.add(0.1)
    disagreements.add(0.3)
    assert disagreements.weight(None) == 1
    assert disagreements.weight(0.4) == pytest.approx(2)
    assert disagreements.weight(0.01) == 0.25
    assert disagreements.weight(1.0) == 4


def test_where_no_voi_disagreed_yet_the_first_that_does_gets_most() -> None:
    disagreements = Disagreements()
    disagreements.add(0.0)
    assert disagreements.weight(0.0) == 1
    assert disagreements.weight(0.01) == 4


@pytest.mark.parametrize(("disagreement", "passes"), [(0.05, 2), (0.1, 4), (0.2, 4), (0.3, 8)])
def test_hard_vois_get_more_passes_than_easy_ones(disagreement: float, passes: int) -> None:
    """Against a mean of 0.1, weights are 0.5, 1, 2 and 3; shares so many times 3 s.

    4 passes take 3 s more than one, 8 take 7 s.
    """
    disagreements = Disagreements()
    disagreements.add(0.1)
    mirroring = Shared(8, spare=spare_30_seconds, disagreements=disagreements)

    assert passes_of(mirroring, disagreement) == passes
    assert mirroring.passes_done == passes


def test_a_voi_counts_for_those_after_it_by_its_first_disagreement() -> None:
    disagreements = Disagreements()
    mirroring = Shared(8, spare=spare_30_seconds, disagreements=disagreements)
    mirroring.go_on(1, None)
    mirroring.go_on(2, 0.2)
    mirroring.go_on(4, 0.05)
    mirroring.finish()
    assert disagreements.weight(0.4) == pytest.approx(2)


@pytest.mark.parametrize(("most", "passes"), [(8, 4), (3, 3), (2, 2), (1, 1)])
def test_a_number_asked_for_is_what_an_even_share_covers_of_it(most: int, passes: int) -> None:
    mirroring = Shared(most, spare=spare_30_seconds, disagreements=None)
    assert passes_of(mirroring, 1.0) == passes
    assert Shared(most, spare=spare_30_seconds, disagreements=None).at_once() == passes


def test_a_model_that_does_not_ask_gets_the_plain_pass_where_nobody_asked_for_more() -> None:
    mirroring = Shared(8, spare=spare_30_seconds, disagreements=Disagreements())
    assert mirroring.at_once() == 1
