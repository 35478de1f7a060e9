"""`python -m training starter …`: evaluate the starter model."""

import typer

from training.starter.evaluate.command import evaluate

__all__ = ["starter"]

starter = typer.Typer(
    help="The starter model: train it, evaluate it, export it.", no_args_is_help=True
)
starter.command()(evaluate)


@starter.callback()
def _starter() -> None:
    """Keep `evaluate` a command of its own while it is the only one."""
