from training.starter.evaluate.scores import CaseScores, ClickScore
from training.starter.evaluate.table import table


def click(dice: float, *, seconds: float = 0.5) -> ClickScore:
    return ClickScore((0, 0, 0), dice, 0.1, 0.2, 1.0, seconds, ())


def case(
    name: str, *dice: float, group: str = "lung", mm: float = 30.0, agree: float | None = 0.8
) -> CaseScores:
    return CaseScores(name, group, mm, 1.0, tuple(map(click, dice)), agree)


def row(text: str, number: int) -> list[str]:
    return text.splitlines()[number].split()


def test_the_figures_of_a_group() -> None:
    scores = [case("a", 0.2, 0.4, agree=0.7), case("b", 0.9, 0.9, agree=0.9)]
    text = table({"model": scores})
    # Mean (0.2 + 0.4 + 0.9 + 0.9) / 4 = 0.6, median (0.4 + 0.9) / 2, one of four below 0.3.
    expected = ["2", "4", "0.600", "0.650", "25%", "0.800", "0.100", "0.200", "0.50"]
    assert row(text, 1) == ["lung", "model", *expected]
    assert row(text, -1) == ["all", "model", *expected]


def test_a_dice_of_exactly_the_limit_is_not_missed() -> None:
    assert "0%" in row(table({"model": [case("a", 0.3)]}), 1)


def test_lesions_are_sorted_by_group_and_size() -> None:
    scores = [
        case("a", 0.1, mm=19.9),
        case("b", 0.2, mm=20.0),
        case("c", 0.3, mm=50.0, group="node"),
        case("d", 0.4, mm=50.1, group="node"),
    ]
    lines = [line.split("model") for line in table({"model": scores}).splitlines()[1:]]
    means = {heading.strip(): figures.split()[:3] for heading, figures in lines}
    assert means == {
        "lung": ["2", "2", "0.150"],
        "node": ["2", "2", "0.350"],
        "small < 20 mm": ["1", "1", "0.100"],
        "middle 20-50": ["2", "2", "0.250"],
        "large > 50": ["1", "1", "0.400"],
        "all": ["4", "4", "0.250"],
    }


def test_methods_stand_below_each_other_and_one_click_has_no_consistency() -> None:
    scores = {"model": [case("a", 0.8, agree=None)], "peer": [case("a", 0.4, agree=None)]}
    lines = table(scores).splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["lung", "peer"]
    assert lines[2].split()[3] == "0.400"
    assert lines[1].split()[7] == "-"
