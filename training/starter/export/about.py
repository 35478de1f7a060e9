"""What a person says of a trained model; nothing of it can be measured."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from algorithm.models.manifest import Card
from training.starter.settings.cases_seen import CasesSeen
from uls.workshop.errors import InputError

__all__ = ["COMMITTED", "About", "plain_about", "read_about"]

COMMITTED = Path(__file__).with_name("committed")
"""What is said of the weights in `baseline_weights/starter`."""

_SOURCE = "python -m training starter train"


class About(BaseModel):
    """A model in words.

    Attributes:
        title: what the card calls it.
        description: one sentence.
        intended_use: what it is good for.
        limits: what it is not good for.
        licence: of the weights.
        data: Markdown: what it was trained on, and under which licences.
        notes: Markdown: how it was made, where it fails.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    description: str
    intended_use: str
    limits: str
    licence: str
    data: str
    notes: str = ""

    @property
    def card(self) -> Card:
        """What `model.json` holds of it."""
        return Card(
            description=self.description,
            intended_use=self.intended_use,
            limits=self.limits,
            licence=self.licence,
            source=_SOURCE,
        )


def plain_about(cases: CasesSeen) -> About:
    """Say of a model what can be said without whoever trained it: above all, what is not known."""
    return About(
        title="a model trained with `starter train`",
        description="A small network that segments the clicked lesion, looking from several zooms.",
        intended_use="Research. No medical device: every mask needs a person's eye.",
        limits="Not stated by whoever trained it. MODEL_CARD.md, if it is there, says what was "
        "measured; nothing else was.",
        licence="Not stated; it depends on the licences of the training data.",
        data=_data(cases),
    )


def _data(cases: CasesSeen) -> str:
    if cases is None:
        return "Not known: the run was begun by a version, or with weights, that do not say."
    if not cases:
        return "Synthetic lesions in synthetic scans only."
    return f"Real and synthetic lesions in scans of {len(cases)} cases: {', '.join(cases)}."


def read_about(folder: Path) -> About:
    """Read `about.toml`, `data.md` and, if it is there, `notes.md`.

    Raises:
        InputError: a file is missing, or an entry of `about.toml` is missing, unknown or wrong.
    """
    path = folder / "about.toml"
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        notes = folder / "notes.md"
        return About.model_validate(
            said
            | {"data": (folder / "data.md").read_text(encoding="utf-8").strip()}
            | ({"notes": notes.read_text(encoding="utf-8").strip()} if notes.exists() else {})
        )
    except OSError as error:
        raise InputError.about(
            error.filename or folder,
            expected="a file that says what the model is",
            found=error.strerror or str(error),
            hint=f"{COMMITTED} is a complete folder to start from.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        hint = f"{COMMITTED / path.name} is a complete one to start from."
        raise InputError.about(
            path, expected="a model in words", found=str(error), hint=hint
        ) from error
