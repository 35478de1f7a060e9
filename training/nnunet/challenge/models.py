"""The challenge's three models by the names that its paper gives them (de Grauw et al. 2025)."""

from dataclasses import dataclass

from training.nnunet.planning.presets import Preset, preset
from uls.workshop.errors import CallError

__all__ = ["MODELS", "ChallengeModel", "challenge_model"]


@dataclass(frozen=True)
class ChallengeModel:
    """One of the three.

    Attributes:
        name: as the paper has it.
        preset: of its plans.
        semi_supervised: trained in five stages, on measured lesions, too.
        description: one line.
    """

    name: str
    preset: Preset
    semi_supervised: bool
    description: str


MODELS = {
    one.name: one
    for one in (
        ChallengeModel(
            "nnUnet", preset("nnunet"), semi_supervised=False, description="as nnU-Net plans it"
        ),
        ChallengeModel(
            "nnUnet-ResEnc",
            preset("uls23-baseline"),
            semi_supervised=False,
            description="the whole VOI, unresampled; 1000 epochs on full annotations",
        ),
        ChallengeModel(
            "nnUnet-ResEnc+SS",
            preset("uls23-baseline"),
            semi_supervised=True,
            description="the same network in five stages, on measured lesions, too: the baseline",
        ),
    )
}


def challenge_model(name: str) -> ChallengeModel:
    """Return a model by its name, in whatever case.

    Raises:
        CallError: there is none of that name.
    """
    found = next((one for key, one in MODELS.items() if key.lower() == name.lower()), None)
    if found is None:
        raise CallError.about("model", expected=f"one of {', '.join(MODELS)}", found=repr(name))
    return found
