"""Models on disk: verify one, list them, say what it is."""

from dataclasses import dataclass
from pathlib import Path

from algorithm.models.find_model import models_in
from algorithm.models.manifest import (
    MANIFEST_NAME,
    AnyManifest,
    Card,
    FileRecord,
    Manifest,
    ZoomManifest,
    read_manifest,
)
from uls.workshop.errors import ModelError, no_permission_is
from uls.workshop.files import sha256
from uls.workshop.foreign_files import recognise

__all__ = [
    "Card",
    "ListedModel",
    "Manifest",
    "Model",
    "ZoomManifest",
    "describe",
    "list_models",
    "unknown_files",
    "verify",
]

_DOCUMENTS = ("MODEL_CARD*", "README*", "LICENSE*", "LICENCE*", "NOTICE*", "CITATION*")
"""Texts that may lie beside a model: nothing reads them but people."""

_DAMAGED = "The model folder is damaged or was changed: copy or import it again."


@dataclass(frozen=True)
class Model:
    """A model whose files all have the hashes that its manifest says.

    Attributes:
        folder: where its files are.
        manifest: what it computes.
        sha256: of `model.json`, and so, as that holds the hash of every other file, of the model.
        origin: the folder that the user would name: `folder`, or the nnU-Net result folder that
            was imported on the fly (`folder` is then a temporary one, deleted at exit).
    """

    folder: Path
    manifest: AnyManifest
    sha256: str
    origin: Path


@dataclass(frozen=True)
class ListedModel:
    """A line in a list of models; `problem` says what is wrong with one that does not load."""

    folder: Path
    name: str
    kind: str = ""
    summary: str = ""
    problem: str = ""


@no_permission_is(ModelError)
def verify(folder: Path) -> Model:
    """Check the size and hash of every file of a model folder.

    Raises:
        ModelError: a file is missing or is not what the manifest says; file, expected and found
            are named.
    """
    manifest = read_manifest(folder)
    for record in manifest.files:
        _verify_file(folder / record.name, record)
    return Model(folder, manifest, sha256=sha256(folder / MANIFEST_NAME), origin=folder)


@no_permission_is(ModelError)
def unknown_files(model: Model) -> list[Path]:
    """List the files in a model's folder that the manifest does not cover, texts for people aside.

    Such as what `weights tune` found out on the machine where the model was made.
    """
    covered = {MANIFEST_NAME, *(record.name for record in model.manifest.files)}
    files = [
        path.relative_to(model.folder) for path in model.folder.rglob("*") if not path.is_dir()
    ]
    return sorted(
        file
        for file in files
        if str(file) not in covered
        and not (len(file.parts) == 1 and any(file.match(text) for text in _DOCUMENTS))
    )


def describe(model: Model) -> list[str]:
    """Say what a model is, where it came from, and what it is and is not good for."""
    manifest, card = model.manifest, model.manifest.card
    lines = [
        f"Model: {manifest.name}, from {model.origin} (SHA-256 of {MANIFEST_NAME} {model.sha256})",
        f"Network: {manifest.summary()}",
        f"Trained as: {manifest.provenance()}",
    ]
    said = {
        "What it is": card.description,
        "Good for": card.intended_use or "not stated; find out before you rely on its masks",
        "Not good for": card.limits or "not stated; find out before you rely on its masks",
        "Licence": card.licence or "not stated; ask whoever gave you the weights",
        "Source": card.source,
    }
    return lines + [f"{what}: {text}" for what, text in said.items() if text]


def list_models(root: Path) -> list[ListedModel]:
    """List the models in a folder and those below it, broken ones too; hashes are verified."""
    return [_listed(folder) for folder in models_in(root)]


def _listed(folder: Path) -> ListedModel:
    if not (folder / MANIFEST_NAME).exists():
        raw = "an nnU-Net result folder, not imported yet"
        return ListedModel(folder, folder.name, kind="nnunet", summary=raw)
    try:
        manifest = verify(folder).manifest
    except ModelError as error:
        return ListedModel(folder, folder.name, problem=str(error))
    return ListedModel(folder, manifest.name, kind=manifest.kind, summary=manifest.summary())


def _verify_file(path: Path, record: FileRecord) -> None:
    if not path.is_file():
        raise ModelError.about(path, expected="the file", found="none", hint=_DAMAGED)
    if (size := path.stat().st_size) != record.bytes:
        expected, known = f"{record.bytes} bytes", recognise(path)
        found, hint = (f"{size} ({known.found})", known.hint) if known else (f"{size}", _DAMAGED)
        raise ModelError.about(path, expected=expected, found=found, hint=hint)
    if (digest := sha256(path)) != record.sha256:
        expected = f"SHA-256 {record.sha256}"
        raise ModelError.about(path, expected=expected, found=digest, hint=_DAMAGED)
