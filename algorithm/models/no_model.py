"""Why a place holds no model: what lies there instead, and what to name or to do."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from algorithm.models.manifest_parts import MANIFEST_NAME
from uls.workshop.errors import ModelError
from uls.workshop.foreign_files import Recognised, recognise

__all__ = ["NO_RESULT_FOLDER", "no_model"]

_SHOWN = 5
_TRAINED = "the folder that nnU-Net trained into, which holds plans.json, dataset.json and fold_*"
_HINT = (
    "A model folder holds model.json; make one of an nnU-Net result folder with "
    "`python -m algorithm weights import`."
)

NO_RESULT_FOLDER = {
    "zoom": "A zoom model, as the built-in starter is, is no nnU-Net network: `python -m training "
    "starter train --start FOLDER` goes on from it.",
    "nnunet": f"A model folder has no plans and no optimiser any more: name {_TRAINED} and of "
    "which it was imported.",
}
"""What to do with a model folder, by its kind, where an nnU-Net result folder is needed."""


def _what_is_at(place: Path) -> Recognised:
    """Say what lies at a place that holds no model, and what to do next."""
    if place.is_file():
        return _file(place)
    if not place.exists():
        hint = "A link leads nowhere." if place.is_symlink() else "Check the path."
        return Recognised("no such folder", f"{hint} {_HINT}")
    names = sorted(entry.name for entry in place.iterdir() if not entry.name.startswith("."))
    return Recognised(_listed(names), next(_next_steps(place, names)))


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return shown or "an empty folder"


def _next_steps(place: Path, names: list[str]) -> Iterator[str]:
    """Say what may be done about a folder with such entries, the surest first."""
    pickles = [name for name in names if name.endswith(".pth")]
    if pickles and (place.parent / "plans.json").is_file():
        fold = place.name.removeprefix("fold_")
        yield f"This is one fold: name {place.parent}, and the fold by --fold {fold}."
    if pickles:
        yield f"A checkpoint alone does not say what its network is: name {_TRAINED}."
    if "plans.pkl" in names or any(name.endswith((".model", ".model.pkl")) for name in names):
        yield "It was trained by nnU-Net v1, which this program does not run; v2 it does."
    if any(name.startswith("fold_") for name in names):
        yield "Copy plans.json and dataset.json there, from the folder that nnU-Net trained into."
    for name in names:
        if name.endswith((".zip", ".tar.gz", ".tgz", ".tar")):
            yield f"Unpack {name}, and name the folder that comes out of it."
    if "imagesTr" in names or "gt_segmentations" in names:
        yield f"A data set is no model: train on it (`python -m training nnunet`); name {_TRAINED}."
    for folder in _deeper(place):
        yield f"Name a folder in it that holds a model, as {folder}."
    yield _HINT


def _deeper(place: Path) -> list[Path]:
    """List folders that hold a model three or four folders down, where none is looked for."""
    patterns = ["/".join([*["*"] * depth, name]) for depth in (3, 4) for name in _MARKS]
    return sorted({path.parent for pattern in patterns for path in place.glob(pattern)})


_MARKS = (MANIFEST_NAME, "plans.json")


def _file(path: Path) -> Recognised:
    if (above := path.parent.parent) != path.parent and (above / "plans.json").is_file():
        fold = path.parent.name.removeprefix("fold_")
        hint = f"Name {above}, the fold by --fold {fold}, the file by --checkpoint {path.name}."
        return Recognised("a file", hint)
    known = recognise(path)
    if known is None and zipfile.is_zipfile(path):
        known = Recognised("a file", f"If it is a checkpoint, name {_TRAINED}.")
    if known is None and path.name in _MARKS:
        known = Recognised("a file", f"Name its folder, {path.parent}.")
    return known or Recognised("a file", _HINT)


def no_model(place: Path, expected: str) -> ModelError:
    """Say that a place holds no model."""
    there = _what_is_at(place)
    return ModelError.about(place, expected=expected, found=there.found, hint=there.hint)
