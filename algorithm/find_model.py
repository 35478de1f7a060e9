"""Where the weights are: `--model`, then `/opt/ml/model`, then what is built in.

A folder counts as a model when it holds `model.json`, or when it is an nnU-Net result folder. The
platform unpacks what a user uploads into `/opt/ml/model`, often with a folder or two around it.
"""

import os
from pathlib import Path

from algorithm.manifest import MANIFEST_NAME
from algorithm.models.nnunet import is_result_folder
from uls.errors import ModelError, no_permission_is

__all__ = [
    "BUILT_IN_VARIABLE",
    "PLATFORM_FOLDER",
    "find_built_in",
    "find_model",
    "is_model",
    "models_in",
]

PLATFORM_FOLDER = Path("/opt/ml/model")
"""Where Grand Challenge unpacks the weights that a user uploads apart from the image."""

BUILT_IN_VARIABLE = "ULS_BASELINE_WEIGHTS"
"""Environment variable that names the folder of the model built into an image."""

_IN_CHECKOUT = Path(__file__).parents[1] / "baseline_weights" / "starter"
_IN_WHEEL = Path(__file__).parent / "built_in" / "starter"
_DEEPEST = 2
_HINT = (
    "A model folder holds model.json; make one of an nnU-Net result folder with "
    "`python -m algorithm weights import`."
)


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
    raise ModelError.about(folder, expected=expected, found=_contents(folder), hint=_HINT)


def _contents(folder: Path) -> str:
    if not folder.exists():
        return "no such folder"
    names = [entry.name for entry in _visible(folder)]
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "") if names else "an empty folder"


def _visible(folder: Path) -> list[Path]:
    """List a folder's entries, without hidden ones; empty if there is no folder."""
    try:
        entries = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [entry for entry in entries if not entry.name.startswith((".", "lost+found"))]
