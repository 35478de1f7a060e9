"""`model.json`: what a model folder holds, and the hash of every file in it.

A model folder is `model.json`, and per fold `<fold>.safetensors` and `<fold>.onnx`. The ONNX file
holds only the graph: its initialisers lie in the safetensors file, so that weights are stored and
hashed once. Nothing in it is executed or unpickled when it is read. There are two kinds: nnU-Net
networks (here) and zoom networks (`algorithm.models.zoom_manifest`).
"""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from algorithm.models.architecture import Architecture, Normalisation, Zyx
from algorithm.models.json_files import StrictModel, parse, read_object
from algorithm.models.manifest_parts import (
    FORMAT_VERSION,
    MANIFEST_NAME,
    Card,
    FileRecord,
    Fold,
    ModelManifest,
    megabytes,
    patch_said,
)
from algorithm.models.zoom_manifest import ZoomManifest
from uls.workshop.errors import ModelError

__all__ = [
    "MANIFEST_NAME",
    "AnyManifest",
    "Card",
    "FileRecord",
    "Fold",
    "Manifest",
    "Origin",
    "ZoomManifest",
    "read_manifest",
]

_HINT = "Import the model again with `weights import`, or use the version that wrote it."


class Origin(StrictModel):
    """The nnU-Net training run that a model was imported from."""

    dataset: str = ""
    trainer: str = ""
    plans: str = ""
    configuration: str = ""
    resampling: str = "none"
    transpose_forward: Zyx = (0, 1, 2)
    imported_with: dict[str, str] = Field(default_factory=dict)


class Manifest(ModelManifest):
    """An nnU-Net model: what to compute, apart from how.

    Attributes:
        patch_zyx: the network's fixed input size in voxels.
        mirror_axes_zyx: axes along which training mirrored, so that inference may.
        field: `voi` tiles the whole VOI, as nnU-Net does; `click` is one patch around the click.
    """

    kind: Literal["nnunet"] = "nnunet"
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

    @property
    def files(self) -> tuple[FileRecord, ...]:
        """Every file that must lie beside the manifest."""
        return tuple(file for fold in self.folds for file in fold.files)

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """What the network takes: channels, then the fixed patch along (z, y, x)."""
        return (self.architecture.input_channels, *self.patch_zyx)

    def summary(self) -> str:
        """Say on one line what the network is and how it is applied."""
        applied = "tiled over the VOI" if self.field == "voi" else "one patch around the click"
        return (
            f"{self.architecture.network}, {self.architecture.stages} stages, "
            f"{megabytes(self.folds):.1f} MB, patch {patch_said(self.patch_zyx)}, {applied}, "
            f"normalisation {self.normalisation.scheme}"
        )

    def provenance(self) -> str:
        """Say on one line how the network was trained."""
        origin, folds = self.origin, ", ".join(fold.name for fold in self.folds)
        return (
            f"{origin.dataset} / {origin.trainer} / {origin.plans} / "
            f"{origin.configuration}, folds {folds}; resampling {origin.resampling}"
        )


AnyManifest = Manifest | ZoomManifest

_KINDS: dict[Any, type[AnyManifest]] = {"nnunet": Manifest, "zoom": ZoomManifest}


def read_manifest(folder: Path) -> AnyManifest:
    """Read a model folder's `model.json`; the files it names are not looked at.

    Raises:
        ModelError: the file is missing or is not a manifest that this version knows.
    """
    path = folder / MANIFEST_NAME
    values = read_object(path)
    kind = values.get("kind", "nnunet")
    expected = f"a model manifest of format {FORMAT_VERSION}"
    if kind not in list(_KINDS):
        known = f"{expected} and kind {' or '.join(_KINDS)}"
        raise ModelError.about(path, expected=known, found=f"kind {kind!r}", hint=_HINT)
    return parse(_KINDS[kind], values, about=path, expected=expected, hint=_HINT)
