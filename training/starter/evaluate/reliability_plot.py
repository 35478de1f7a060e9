"""A picture of a model's certainty: the Dice that it expected, and the Dice that its masks had."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from training.starter.evaluate.more_tables import known_certainty, reliability
from training.starter.evaluate.scores import CaseScores
from uls.workshop.atomic import write_file
from uls.workshop.errors import InputError

__all__ = ["write_reliability"]


def write_reliability(cases: Sequence[CaseScores], path: Path) -> None:
    """Draw every click, and the means of fifths of certainty, as PNG; needs matplotlib.

    Raises:
        InputError: the model does not say how sure it is.
        OutputError: the picture cannot be written.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415  (only for --plot)

    expected, dice = known_certainty(cases)
    if not expected:
        raise InputError.about(
            "--plot",
            expected="a model that says how sure it is",
            found="one that does not",
            hint="`python -m training starter export --calibration` makes one.",
        )
    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.scatter(expected, dice, s=10, color="#2a6f97", alpha=0.4, label="clicks")
    bins = reliability(expected, dice)
    axes.plot(
        [said for _, said, _ in bins],
        [found for _, _, found in bins],
        marker="o",
        color="#b5651d",
        label="means",
    )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="expected Dice", ylabel="Dice")
    axes.legend(loc="upper left")
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=120)
    write_file(path, picture.getvalue())
