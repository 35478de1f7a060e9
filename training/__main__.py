"""The command line of training: from scans to a trained model, and the reports around it."""

from clinic.follow_up import command as hcuch
from training.annotators.command import annotators
from training.cycle import command as cycle
from training.data.prepare.command import prepare
from training.data.prepare.grabcut_command import grabcut
from training.nnunet import command as nnunet
from training.nnunet.challenge.command import challenge_model_command
from training.nnunet.semi_supervised.command import semi_supervised
from training.paper import command as paper
from training.phantoms.sample.command import sample
from training.release.command import release
from training.starter.command import starter
from uls.workshop import command_line
from uls.workshop.command_line import commands

__all__ = ["app", "main"]

app = commands(
    help="Make data and train models. Nothing here is part of an image.",
)
app.command()(prepare)
app.command()(grabcut)
app.command()(annotators)
app.add_typer(nnunet.app, name="nnunet")
app.command("semi-supervised")(semi_supervised)
app.command("challenge-model")(challenge_model_command)
app.command()(release)
app.add_typer(cycle.app, name="cycle")
app.add_typer(hcuch.app, name="hcuch")
app.add_typer(starter, name="starter")
app.add_typer(paper.app, name="paper")
app.command()(sample)


def main() -> None:
    """Run the command line; without a command it shows its help."""
    command_line.run(app, default_command="--help")


if __name__ == "__main__":
    main()
