"""Compiled networks in a model folder, so that a start need not compile: `cache/<model>/…`.

A file begins with the SHA-256, in 64 hexadecimal digits, of its conditions and its content: one
that is damaged, or was compiled for another model, machine or package, is never loaded. (OpenVINO's
own cache loads a file in which a bit was flipped, and its masks are wrong.) TensorRT writes its own
files there; their hash is part of what `admission` remembers.
"""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from algorithm.engines.catalogue import Candidate
from algorithm.engines.conditions import Conditions
from algorithm.files import sha256, write_beside
from algorithm.weights import Model
from uls.errors import OutputError

__all__ = ["CACHE_NAME", "CompiledFile", "built_digest", "cache_folder", "tensorrt_folder"]

_log = logging.getLogger(__name__)

CACHE_NAME = "cache"
"""The folder in a model folder."""

_DIGEST_BYTES = 64
_MODEL_DIGITS = 16


def cache_folder(model: Model) -> Path:
    """Say where the compiled networks of a model lie; the folder need not be there."""
    return model.folder / CACHE_NAME / model.sha256[:_MODEL_DIGITS]


def tensorrt_folder(model: Model, fold: str, precision: str) -> Path:
    """Say where TensorRT leaves what it builds; a folder per fold, as it names files by graph."""
    conditions = Conditions.of(Candidate("tensorrt", "cuda", precision), model)
    return cache_folder(model) / f"tensorrt-{precision}-{fold}-{conditions.digest()}"


def built_digest(model: Model, precision: str) -> str:
    """Tell what TensorRT built for this GPU and these packages from any other: its SHA-256.

    Two builds of one network differ, as TensorRT chooses by timing. Empty where a fold lacks one.
    """
    digest = hashlib.sha256()
    for fold in model.manifest.folds:
        built = sorted(tensorrt_folder(model, fold.name, precision).glob("*.engine"))
        if not built:
            return ""
        for file in built:
            digest.update(f"{fold.name}/{file.name} {sha256(file)}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class CompiledFile:
    """One fold's compiled network, which may not be there.

    Attributes:
        path: where it lies.
        conditions: what it was compiled for.
    """

    path: Path
    conditions: Conditions

    @classmethod
    def of(cls, model: Model, fold: str, conditions: Conditions) -> Self:
        """Say where a fold's compiled network lies; devices and packages do not share a file."""
        name = f"{conditions.engine}-{conditions.precision}-{fold}-{conditions.digest()}.blob"
        return cls(cache_folder(model) / name, conditions)

    def read(self) -> bytes | None:
        """Give the content, or None if it is not there or not as it was written."""
        try:
            whole = self.path.read_bytes()
        except OSError:
            return None
        content = whole[_DIGEST_BYTES:]
        if whole[:_DIGEST_BYTES] == self._digest(content):
            return content
        _log.warning("%s is damaged; it is ignored, and the network compiled anew.", self.path)
        return None

    def write(self, content: bytes) -> None:
        """Write the content; it is there as a whole or not at all.

        Raises:
            OutputError: the folder cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_beside(self.path, self._digest(content) + content)
        except OSError as error:
            expected = "a folder that can be written"
            raise OutputError.about(
                self.path.parent, expected=expected, found=str(error)
            ) from error

    def _digest(self, content: bytes) -> bytes:
        digest = hashlib.sha256(self.conditions.model_dump_json().encode())
        digest.update(content)
        return digest.hexdigest().encode("ascii")
