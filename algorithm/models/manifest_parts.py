"""What the manifests of all kinds of models share: name, card, and a record of every file."""

from abc import ABC, abstractmethod
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from algorithm.models.architecture import Zyx
from algorithm.models.json_files import StrictModel
from uls.workshop.files import sha256

__all__ = [
    "FORMAT_VERSION",
    "MANIFEST_NAME",
    "Card",
    "FileRecord",
    "Fold",
    "ModelManifest",
    "Sha256",
    "megabytes",
    "patch_said",
]

MANIFEST_NAME = "model.json"
FORMAT_VERSION: Literal[1] = 1

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FileRecord(StrictModel):
    """A file beside the manifest, by name, size and hash."""

    name: str
    sha256: Sha256
    bytes: int = Field(ge=0)

    @classmethod
    def of(cls, path: Path) -> Self:
        """Record a file as it is on disk."""
        return cls(name=path.name, sha256=sha256(path), bytes=path.stat().st_size)

    @field_validator("name")
    @classmethod
    def _lies_beside_the_manifest(cls, name: str) -> str:
        if name in {"", ".", ".."} or PurePosixPath(name).name != name or "\\" in name:
            raise ValueError("a file name without folders")
        return name


class Fold(StrictModel):
    """One trained network: `name` is `all` or a number, as nnU-Net's `fold_<name>`, or `zoom`."""

    name: str
    weights: FileRecord
    onnx: FileRecord | None = None
    source_file: str = ""
    source_sha256: Sha256 | None = None

    @property
    def files(self) -> tuple[FileRecord, ...]:
        """The fold's files that must lie beside the manifest."""
        return (self.weights,) if self.onnx is None else (self.weights, self.onnx)


class Card(StrictModel):
    """What a person must know before using a model."""

    description: str = ""
    intended_use: str = ""
    limits: str = ""
    licence: str = ""
    source: str = ""


class ModelManifest(StrictModel, ABC):
    """What a model folder's `model.json` says, whatever the kind of model."""

    format: Literal[1] = FORMAT_VERSION
    kind: str
    name: str = Field(min_length=1)
    card: Card = Card()

    @property
    @abstractmethod
    def files(self) -> tuple[FileRecord, ...]:
        """Every file that must lie beside the manifest."""

    @property
    @abstractmethod
    def input_shape(self) -> tuple[int, int, int, int]:
        """What the network takes: channels, then the fixed patch along (z, y, x)."""

    @abstractmethod
    def summary(self) -> str:
        """Say on one line what the network is and how it is applied."""

    @abstractmethod
    def provenance(self) -> str:
        """Say on one line how the network was trained."""

    @model_validator(mode="after")
    def _files_are_named_once(self) -> Self:
        names = [file.name for file in self.files] + [MANIFEST_NAME]
        if len(set(names)) != len(names):
            raise ValueError("file names that differ")
        return self

    def write(self, folder: Path) -> None:
        """Write `model.json` into a folder."""
        text = self.model_dump_json(indent=1)
        (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")


def megabytes(folds: tuple[Fold, ...]) -> float:
    """Add up the weights of all folds, in MB."""
    return sum(fold.weights.bytes for fold in folds) / 1e6


def patch_said(patch_zyx: Zyx) -> str:
    """Say a patch's size, such as `48x48x48 (z, y, x)`."""
    return "x".join(str(size) for size in patch_zyx) + " (z, y, x)"
