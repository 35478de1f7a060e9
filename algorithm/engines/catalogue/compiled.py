"""Compiled networks in the cache folder, so that a start need not compile.

What was compiled for another model, machine or package has another name; one that is damaged is
never loaded, see `uls.workshop.cache`. (OpenVINO's own cache loads a file in which a bit was
flipped, and its masks are wrong.) TensorRT writes its own files there; their hash is part of what
`admission` remembers.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.models.weights import Model
from uls.workshop import cache
from uls.workshop.files import sha256

__all__ = ["CompiledFile", "built_digest", "model_name", "tensorrt_folder"]

_FOLDER = "networks"
"""In the cache folder."""

_MODEL_DIGITS = 16


def model_name(model_sha256: str) -> str:
    """Return the name of a model's folder in the cache folder."""
    return model_sha256[:_MODEL_DIGITS]


def tensorrt_folder(model: Model, fold: str, precision: str) -> Path | None:
    """Return where TensorRT leaves what it builds; None where there is no cache folder.

    A folder per fold, as it names files by graph.
    """
    conditions = Conditions.of(Candidate("tensorrt", "cuda", precision), model)
    name = f"tensorrt-{precision}-{fold}-{conditions.digest()}"
    return cache.cache_folder(_FOLDER, model_name(model.sha256), name)


def built_digest(model: Model, precision: str) -> str:
    """Tell what TensorRT built for this GPU and these packages from any other: its SHA-256.

    Two builds of one network differ, as TensorRT chooses by timing. Empty where a fold lacks one.
    """
    digest = hashlib.sha256()
    for fold in model.manifest.folds:
        folder = tensorrt_folder(model, fold.name, precision)
        built = sorted(folder.glob("*.engine")) if folder else []
        if not built:
            return ""
        for file in built:
            digest.update(f"{fold.name}/{file.name} {sha256(file)}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class CompiledFile:
    """One fold's compiled network, which may not be there.

    Attributes:
        place: in the cache folder; devices and packages do not share a file.
    """

    place: tuple[str, ...]

    @classmethod
    def of(cls, model: Model, fold: str, conditions: Conditions) -> Self:
        """Say where a fold's compiled network lies."""
        name = f"{conditions.engine}-{conditions.precision}-{fold}-{conditions.digest()}.blob"
        return cls((_FOLDER, model_name(model.sha256), name))

    def read(self) -> bytes | None:
        """Return the content, or None if it is not there or not as it was written."""
        content = cache.load(*self.place)
        return None if content is None else bytes(content)

    def write(self, content: bytes) -> None:
        """Write the content, if there is a cache folder."""
        cache.store(content, *self.place)
