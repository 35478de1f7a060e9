"""What a training run leaves in its folder, and the network that it is of."""

from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError

from algorithm.models.zoom_channels import CHANNELS
from algorithm.networks.zoom_network import ZoomNetwork
from training.starter.run.progress import Progress
from training.starter.settings.recipe import Recipe
from uls.workshop.errors import InputError

__all__ = [
    "CHECKPOINT",
    "load_averaged",
    "new_network",
    "read_checkpoint",
    "recipe_in",
    "recipe_of",
]

CHECKPOINT = "checkpoint.pt"

_KEYS = {"network", "averaged", "optimiser", "progress", "recipe"}
_EXPECTED = "a checkpoint of `starter train`"
_HINT = "Begin a run in a new folder."


def new_network(recipe: Recipe, device: torch.device) -> ZoomNetwork:
    """Make the network that the recipe describes, with random weights."""
    sizes = recipe.network
    network = ZoomNetwork(len(CHANNELS), sizes.widths, sizes.blocks, norm=True)
    return network.to(device, memory_format=torch.channels_last_3d)  # type: ignore[call-overload,no-any-return]


def read_checkpoint(folder: Path, device: torch.device) -> dict[str, Any]:
    """Read a run's last checkpoint.

    Raises:
        InputError: it is damaged, or none.
    """
    path = folder / CHECKPOINT
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        missing = sorted(_KEYS - state.keys())
    except Exception as error:  # an unpickler fails on damage in any way
        found = (str(error).splitlines() or ["a file that ends early"])[0]
        raise InputError.about(path, expected=_EXPECTED, found=found, hint=_HINT) from error
    if missing:
        found = f"none of {', '.join(missing)}"
        raise InputError.about(path, expected=_EXPECTED, found=found, hint=_HINT)
    return state


def recipe_in(state: dict[str, Any], folder: Path) -> Recipe:
    """Give the recipe that a checkpoint was trained by.

    Raises:
        InputError: it is of a version whose recipes had other entries.
    """
    try:
        return Recipe.model_validate_json(state["recipe"])
    except ValidationError as error:
        raise InputError.about(
            folder / CHECKPOINT,
            expected="a run of this version",
            found=f"one with another kind of recipe: {error}",
            hint="Go on with the version that began it, or begin a run in a new folder, with "
            "`--start` from the model it made.",
        ) from error


def recipe_of(folder: Path) -> Recipe:
    """Read the recipe that a run's checkpoint was trained by.

    Raises:
        InputError: as `read_checkpoint` and `recipe_in`.
    """
    return recipe_in(read_checkpoint(folder, torch.device("cpu")), folder)


def load_averaged(folder: Path, recipe: Recipe) -> tuple[ZoomNetwork, Progress]:
    """Read the averaged network of a run's checkpoint, on the CPU, and where the run stood."""
    state = read_checkpoint(folder, torch.device("cpu"))
    network = new_network(recipe, torch.device("cpu"))
    network.load_state_dict(state["averaged"])
    return network.eval(), Progress(**state["progress"])
