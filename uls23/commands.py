"""Every command by one name: which package does it, and what it is called there."""

from dataclasses import dataclass

__all__ = ["COMMANDS", "GROUPS", "Command"]


@dataclass(frozen=True)
class Command:
    """One word after `uls23`.

    Attributes:
        module: whose `app` holds the command.
        words: what the command is called there; none for a whole group of commands.
        summary: one line for the list of commands.
        seconds_to_end: after SIGTERM, for what is running; None for as long as it takes.
    """

    module: str
    words: tuple[str, ...]
    summary: str
    seconds_to_end: float | None = None


_CLINIC, _ALGORITHM = "clinic.__main__", "algorithm.__main__"
_EVALUATION, _TRAINING = "evaluation.__main__", "training.__main__"

SECONDS_TO_END = 8.0
"""As the images have them (`uls.workshop.ending`), which importing here would take too long."""

GROUPS: dict[str, dict[str, Command]] = {
    "A scan and a click": {
        "segment": Command(
            _CLINIC, ("segment",), "From a scan and clicks to masks and measurements."
        ),
        "segment-many": Command(
            _CLINIC, ("segment-many",), "The same for thousands of scans or stacks; resumed."
        ),
        "page": Command(_CLINIC, ("page",), "Click on lesions in the browser (try: --demo)."),
        "send": Command(_CLINIC, ("send",), "Send DICOM results to an archive, until it has them."),
        "look": Command(_CLINIC, ("look",), "List the series of a study: usable, or why not."),
    },
    "Stacks of VOIs, as the challenge has them": {
        "segment-stacks": Command(
            _ALGORITHM, ("segment",), "Do one job of the challenge.", SECONDS_TO_END
        ),
        "serve": Command(_ALGORITHM, ("serve",), "Do one job per POST /invoke.", SECONDS_TO_END),
        "weights": Command(_ALGORITHM, ("weights",), "Import, verify, tune and list models."),
    },
    "Scores": {
        "evaluate": Command(
            _EVALUATION, ("score",), "Score masks as the challenge does.", SECONDS_TO_END
        ),
        "serve-evaluation": Command(
            _EVALUATION, ("serve",), "Score one submission per POST /invoke.", SECONDS_TO_END
        ),
        "report": Command(_EVALUATION, ("report",), "Write scores as one HTML page."),
        "picture": Command(_EVALUATION, ("picture",), "Draw masks on CT."),
        "compare": Command(_EVALUATION, ("compare",), "Compare and rank scores of algorithms."),
    },
    "This installation": {
        "self-test": Command(
            "uls23.self_test", ("self-test",), "Say whether it computes what was released."
        ),
    },
    "Data and training": {
        "prepare": Command(_TRAINING, ("prepare",), "Cut VOIs from scans with masks."),
        "grabcut": Command(_TRAINING, ("grabcut",), "Make masks of lesions measured on one slice."),
        "annotators": Command(
            _TRAINING, ("annotators",), "Vote several masks of a lesion into one, and review."
        ),
        "train": Command(_TRAINING, ("nnunet", "train"), "Train nnU-Net on prepared VOIs."),
        "nnunet": Command(_TRAINING, ("nnunet",), "All steps of nnU-Net, one by one."),
        "semi-supervised": Command(
            _TRAINING, ("semi-supervised",), "Train on 3D and 2D masks, as the baseline was."
        ),
        "challenge-model": Command(
            _TRAINING, ("challenge-model",), "Train one of the challenge's three models."
        ),
        "release": Command(
            _TRAINING, ("release",), "Pack 3D pseudo-masks as the challenge releases masks."
        ),
        "cycle": Command(_TRAINING, ("cycle",), "Correct, train again, promote what is better."),
        "starter": Command(_TRAINING, ("starter",), "Train, evaluate and export the starter."),
        "follow-up": Command(_TRAINING, ("hcuch",), "Report on follow-up by RECIST 1.1."),
        "paper": Command(_TRAINING, ("paper",), "Make the tables and figures of two papers."),
        "sample": Command(_TRAINING, ("sample",), "Draw the synthetic sample anew."),
    },
}
"""Commands under the heading that `uls23 --help` lists them by."""

COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}
