"""`model.json`: what a model folder holds, and the hash of every file in it.

A model folder is `model.json`, and per fold `<fold>.safetensors` and `<fold>.onnx`. The ONNX file
holds only the graph: its initialisers lie in the safetensors file, so that weights are stored and
hashed once. Nothing in it is executed or unpickled when it is read.
"""

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from algorithm.json_files import StrictModel, parse, read_object
from algorithm.recipe import Architecture, Normalisation, Zyx

__all__ = [
    "MANIFEST_NAME",
    "Card",
    "FileRecord",
    "Fold",
    "Manifest",
    "Origin",
    "read_manifest",
]

MANIFEST_NAME = "model.json"
FORMAT_VERSION: Literal[1] = 1

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FileRecord(StrictModel):
    """A file beside the manifest, by name, size and hash."""

    name: str
    sha256: Sha256
    bytes: int = Field(ge=0)

    @field_validator("name")
    @classmethod
    def _lies_beside_the_manifest(cls, name: str) -> str:
        if name in {"", ".", ".."} or PurePosixPath(name).name != name or "\\" in name:
            raise ValueError("a file name without folders")
        return name


class Fold(StrictModel):
    """One trained network: `name` is `all` or a number, as in nnU-Net's `fold_<name>`."""

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


class Origin(StrictModel):
    """The nnU-Net training run that a model was imported from."""

    dataset: str = ""
    trainer: str = ""
    plans: str = ""
    configuration: str = ""
    resampling: str = "none"
    transpose_forward: Zyx = (0, 1, 2)
    imported_with: dict[str, str] = Field(default_factory=dict)


class Manifest(StrictModel):
    """What to compute, apart from how: everything about a model but the numbers in its layers.

    Attributes:
        patch_zyx: the network's fixed input size in voxels.
        mirror_axes_zyx: axes along which training mirrored, so that inference may.
        field: `voi` tiles the whole VOI, as nnU-Net does; `click` is one patch around the click.
    """

    format: Literal[1] = FORMAT_VERSION
    kind: Literal["nnunet"] = "nnunet"
    name: str = Field(min_length=1)
    card: Card = Card()
    architecture: Architecture
    patch_zyx: Zyx
    normalisation: Normalisation
    mirror_axes_zyx: tuple[Literal[0, 1, 2], ...] = ()
    field: Literal["voi", "click"]
    folds: tuple[Fold, ...] = Field(min_length=1)
    origin: Origin = Origin()

    @model_validator(mode="after")
    def _patch_fits_the_network(self) -> Self:
        steps = self.architecture.downsampling_zyx
        if any(size < 1 or size % step for size, step in zip(self.patch_zyx, steps, strict=True)):
            raise ValueError(f"a patch of multiples of {steps} voxels, not {self.patch_zyx}")
        return self

    @model_validator(mode="after")
    def _files_are_named_once(self) -> Self:
        names = [file.name for file in self.files] + [MANIFEST_NAME]
        if len(set(names)) != len(names):
            raise ValueError("file names that differ")
        return self

    @property
    def files(self) -> tuple[FileRecord, ...]:
        """Every file that must lie beside the manifest."""
        return tuple(file for fold in self.folds for file in fold.files)

    def write(self, folder: Path) -> None:
        """Write `model.json` into a folder."""
        text = self.model_dump_json(indent=1)
        (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read a model folder's `model.json`; the files it names are not looked at.

    Raises:
        ModelError: the file is missing or is not a manifest that this version knows.
    """
    path = folder / MANIFEST_NAME
    return parse(
        Manifest,
        read_object(path),
        about=path,
        expected=f"a model manifest of format {FORMAT_VERSION}",
        hint="Import the model again with `weights import`, or use the version that wrote it.",
    )
