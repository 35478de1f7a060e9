"""The command line of training: `sample` makes the smoke run's input, `starter` its model."""

import typer

from training.sample.command import sample
from training.starter.command import starter
from uls import command_line

__all__ = ["app", "main"]

app = typer.Typer(
    help="Make data and train models. Nothing here is part of an image.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(sample)
app.add_typer(starter, name="starter")


def main() -> None:
    """Run the command line; without a command it shows its help."""
    command_line.run(app, default_command="--help")


if __name__ == "__main__":
    main()
