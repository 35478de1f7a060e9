"""A settings model is a command's options: names, help, limits, defaults, and the value itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer
from typer.testing import CliRunner

from uls.workshop.command_line import commands
from uls.workshop.errors import CallError
from uls.workshop.options import Argument, Option, Settings, with_settings

FRUIT = Literal["apple", "pear"]


def numbers(text: str) -> tuple[int, ...]:
    if not text.replace(",", "").isdecimal():
        raise CallError.about("--rows", expected="numbers with commas", found=repr(text))
    return tuple(map(int, text.split(",")))


class Basket(Settings):
    """A group of options."""

    fruit: Annotated[FRUIT, Option("--fruit", help="What is in it.")] = "apple"
    weight: Annotated[float | None, Option("--kg", above=0, help="Of all.")] = None
    lid: Annotated[
        Literal["open", "shut"],
        Option(
            *("--shut", "-s"),
            help="Shut it.",
            takes=bool,
            parse=lambda shut: "shut" if shut else "open",
            show=lambda lid: lid == "shut",
        ),
    ] = "open"


class Harvest(Settings):
    trees: Annotated[tuple[Path, ...], Argument(help="Where it grows.")]
    pickers: Annotated[int, Option("--pickers", min=1, max=9, help="Of them [1 to 9].")] = 2
    rows: Annotated[
        tuple[int, ...],
        Option("--rows", help="Some.", parse=numbers, show=lambda rows: ",".join(map(str, rows))),
    ] = (1, 2)
    notes: Annotated[tuple[str, ...], Option("--note", help="Again for more.")] = ()
    shelf: Annotated[Path | None, Option("--shelf", default="the floor", help="Its place.")] = None
    basket: Basket = Basket(fruit="pear")
    weather: str = "dry"


taken: list[Harvest] = []
app = commands()


@app.command()
@with_settings
def harvest(settings: Harvest) -> None:
    """Pick fruit."""
    taken.append(settings)


def run(*arguments: str) -> Harvest:
    CliRunner().invoke(app, arguments, catch_exceptions=False, standalone_mode=False)
    return taken.pop()


def test_defaults_are_the_model_s_and_the_group_s() -> None:
    assert run("north") == Harvest(trees=(Path("north"),), basket=Basket(fruit="pear"))


def test_what_is_given_becomes_the_settings() -> None:
    options = "--pickers 9 --rows 4,5 --note a --note b --shelf up --fruit apple --kg 1 -s"
    assert run("north", "south", *options.split()).model_dump() == {
        "trees": (Path("north"), Path("south")),
        "pickers": 9,
        "rows": (4, 5),
        "notes": ("a", "b"),
        "shelf": Path("up"),
        "basket": {"fruit": "apple", "weight": 1.0, "lid": "shut"},
        "weather": "dry",
    }


def test_help_shows_limits_and_defaults_as_one_would_give_them() -> None:
    shown = CliRunner().invoke(app, ["--help"], terminal_width=100).output
    for text in (
        "Pick fruit.",
        "Of them [1 to 9].  [default: 2; 1<=x<=9]",
        "Some.  [default: 1,2]",
        "Its place.  [default: (the floor)]",
        "[default: pear]",
        "Of all.  [x>=0]",
        "-s, --shut",
    ):
        assert text in shown
    assert "weather" not in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--kg", "0"), "--kg: expected greater than 0, found 0.0."),
        (("--kg", "inf"), "--kg: expected a finite number, found inf."),
        (("--rows", "x"), "--rows: expected numbers with commas, found 'x'."),
    ],
)
def test_what_the_model_refuses_is_said_of_the_option(
    arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(CallError) as caught:
        run("north", *arguments)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    "arguments", [(), ("north", "--pickers", "0"), ("north", "--fruit", "fig")]
)
def test_what_typer_refuses_never_reaches_the_command(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2
    assert taken == []


def test_limits_hold_without_a_command_line_too() -> None:
    with pytest.raises(ValueError, match="less than or equal to 9"):
        Harvest(trees=(), pickers=10)


def test_an_option_that_two_fields_have_is_refused() -> None:
    class Twice(Settings):
        one: Annotated[int, Option("--n", help="One.")] = 1
        other: Annotated[int, Option("--n", help="Other.")] = 2

    def command(settings: Twice) -> None: ...

    with pytest.raises(TypeError, match="Twice has an option twice: --n, --n"):
        with_settings(command)


def test_a_command_keeps_its_name_and_its_words() -> None:
    made: Callable[..., None] = with_settings(count)
    assert (made.__name__, made.__doc__) == ("count", "Count.")
    assert typer.Typer().command()(made) is made


def count(settings: Basket) -> None:
    """Count."""
