"""`uls23 self-test`: both self-tests, in one line."""

import typer

from algorithm.cli.self_test import SelfTest, check_masks
from evaluation.scoring.self_test import check_scores
from uls.workshop import command_line
from uls.workshop.command_line import commands
from uls.workshop.options import with_settings

__all__ = ["app"]

app = commands(no_args_is_help=False)


@app.command("self-test")
@with_settings
def self_test(settings: SelfTest) -> None:
    """Segment and score the built-in sample; say in one line whether all is as released.

    In float32, with the built-in model. Exits with 4 where the model or a mask is another, with 1
    where a score is, with 3 where the sample is damaged.
    """
    command_line.start_log(quiet=True)
    scores, masks = check_scores(), check_masks(settings)
    typer.echo(f"This installation computes what was released: {masks}; {scores}.")


@app.callback()
def _several() -> None:
    """Keep `self-test` a word of its own, as for every other command."""
