"""Where the weights are: `--model`, then `/opt/ml/model`, then what is built in.

A folder counts as a model when it holds `model.json`, or when it is an nnU-Net result folder. The
platform unpacks what a user uploads into `/opt/ml/model`, often with a folder or two around it.
"""

import os
from pathlib import Path

from algorithm.models.manifest import MANIFEST_NAME, read_manifest
from algorithm.models.no_model import NO_RESULT_FOLDER, no_model
from algorithm.models.result_folder import is_result_folder
from uls.workshop.errors import ModelError, no_permission_is

__all__ = [
    "BUILT_IN_VARIABLE",
    "PLATFORM_FOLDER",
    "find_built_in",
    "find_model",
    "find_result_folder",
    "is_model",
    "models_in",
]

PLATFORM_FOLDER = Path("/opt/ml/model")
"""Where Grand Challenge unpacks the weights that a user uploads apart from the image."""

BUILT_IN_VARIABLE = "ULS_BASELINE_WEIGHTS"
"""Environment variable that names the folder of the model built into an image."""

_IN_CHECKOUT = Path(__file__).parents[2] / "baseline_weights" / "starter"
_IN_WHEEL = Path(__file__).parents[1] / "built_in" / "starter"
_DEEPEST = 2


@no_permission_is(ModelError)
def find_model(option: Path | None = None, *, platform_folder: Path = PLATFORM_FOLDER) -> Path:
    """Find the model folder to use.

    Args:
        option: the folder that the user named; it must hold a model then.
        platform_folder: where uploaded weights lie; it wins over the built-in model when there is
            anything in it.

    Returns:
        A folder that holds `model.json`, or an nnU-Net result folder.

    Raises:
        ModelError: the first of the three places that is in use holds no model, or several, or
            may not be read.
    """
    if option is not None:
        return _only_model_in(option, "--model")
    if _visible(platform_folder):
        return _only_model_in(platform_folder, "uploaded weights")
    return find_built_in()


@no_permission_is(ModelError)
def find_built_in() -> Path:
    """Find the built-in model's folder.

    Raises:
        ModelError: nothing is built in.
    """
    # `setup.py` copies the model into a wheel; a checkout and an image have it beside the package.
    beside_code = _IN_WHEEL if _IN_WHEEL.exists() else _IN_CHECKOUT
    folder = Path(os.environ.get(BUILT_IN_VARIABLE) or beside_code)
    return _only_model_in(folder, "built-in weights")


@no_permission_is(ModelError)
def find_result_folder(given: Path) -> Path:
    """Find the nnU-Net result folder that a user means: the one given, or the only one below it.

    Everything that needs weights to train on, or plans, finds them here, so that a job's `model`
    folder, a data set's folder of trained models and the result folder itself mean the same.

    Raises:
        ModelError: there is none, or there are several; the message says what is there instead.
    """
    if (given / "plans.json").is_file():
        return given
    below = models_in(given)
    found = [folder for folder in below if is_result_folder(folder)]
    if len(found) == 1:
        return found[0]
    expected = "an nnU-Net result folder"
    if found:
        names = ", ".join(map(str, found))
        hint = "Name one of them."
        raise ModelError.about(given, expected=expected, found=f"{len(found)}: {names}", hint=hint)
    if below:
        kind = read_manifest(below[0]).kind
        found_kind = f"a model folder of this program ({below[0] / MANIFEST_NAME}, kind {kind})"
        raise ModelError.about(
            given, expected=expected, found=found_kind, hint=NO_RESULT_FOLDER[kind]
        )
    raise no_model(given, expected)


def is_model(folder: Path) -> bool:
    """Say whether a folder is a model folder or an nnU-Net result folder."""
    return (folder / MANIFEST_NAME).is_file() or is_result_folder(folder)


def models_in(root: Path, *, deepest: int = _DEEPEST) -> list[Path]:
    """List the models in a folder: itself, or those in the folders below it."""
    if is_model(root):
        return [root]
    if deepest == 0:
        return []
    below = [entry for entry in _visible(root) if entry.is_dir()]
    return [model for folder in below for model in models_in(folder, deepest=deepest - 1)]


def _only_model_in(folder: Path, what: str) -> Path:
    models = models_in(folder)
    if len(models) == 1:
        return models[0]
    expected = f"a model ({what})"
    if models:
        found = f"{len(models)}: {', '.join(str(model) for model in models)}"
        raise ModelError.about(folder, expected=expected, found=found, hint="Name one by --model.")
    raise no_model(folder, expected)


def _visible(folder: Path) -> list[Path]:
    """List a folder's entries, without hidden ones; empty if there is no folder."""
    try:
        entries = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [entry for entry in entries if not entry.name.startswith((".", "lost+found"))]
