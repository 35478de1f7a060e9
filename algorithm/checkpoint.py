"""Reading a `.pth` checkpoint without running any code that it carries.

A checkpoint is a pickle, and a pickle can call any function. It is read by torch's restricted
unpickler, which calls only what is on a list: torch's own tensors, and below, what numpy needs to
bring back the numbers of nnU-Net's training log. A file that asks for more is refused.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

from algorithm.files import sha256
from uls.errors import ModelError

__all__ = ["Checkpoint", "read_checkpoint"]


@dataclass(frozen=True)
class Checkpoint:
    """What of an nnU-Net checkpoint running its network takes.

    Attributes:
        path: the file.
        sha256: the file's hash.
        weights: the network's state dict, its tensors mapped from the file, not yet read.
        configuration: which configuration of the plans was trained.
        trainer: the trainer class's name; never looked up.
        mirror_axes: axes that training mirrored.
    """

    path: Path
    sha256: str
    weights: dict[str, torch.Tensor]
    configuration: str
    trainer: str
    mirror_axes: tuple[int, ...]


def read_checkpoint(path: Path, *, expected_sha256: str | None = None) -> Checkpoint:
    """Read an nnU-Net v2 checkpoint.

    Args:
        path: the `.pth` file.
        expected_sha256: the hash that the file must have; checked before anything is loaded.

    Raises:
        ModelError: the hash is another, the file is no checkpoint, is not nnU-Net's, or its pickle
            asks for something that is not on the list.
    """
    digest = sha256(path)
    if expected_sha256 is not None and digest != expected_sha256.strip().lower():
        raise ModelError.about(
            path,
            expected=f"SHA-256 {expected_sha256}",
            found=digest,
            hint="The file is damaged or not the one you were promised; nothing was loaded.",
        )
    content = _load(path)
    try:
        return Checkpoint(
            path=path,
            sha256=digest,
            weights=_tensors(content["network_weights"]),
            configuration=str(content["init_args"]["configuration"]),
            trainer=str(content.get("trainer_name", "")),
            mirror_axes=tuple(content.get("inference_allowed_mirroring_axes") or ()),
        )
    except (KeyError, TypeError, AttributeError) as error:
        expected, found = "a checkpoint of an nnU-Net v2 trainer", f"none ({error!r})"
        raise ModelError.about(path, expected=expected, found=found) from error


def _load(path: Path) -> Any:
    """Unpickle a checkpoint with torch's restricted unpickler."""
    if not zipfile.is_zipfile(path):
        hint = "If it is from before torch 1.6, load and save it with a newer torch first."
        raise ModelError.about(path, expected="a torch checkpoint", found="no zip file", hint=hint)
    with safe_globals(_numpy_numbers()):
        try:
            if refused := sorted(get_unsafe_globals_in_checkpoint(path)):
                raise _unsafe(path, f"a pickle that wants to call {', '.join(refused)}")
            return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        except UnpicklingError as error:
            reason = str(error).splitlines()[0]
            raise _unsafe(
                path, f"a pickle that torch's restricted reader refuses ({reason})"
            ) from error
        except (RuntimeError, ValueError, EOFError, KeyError, OSError) as error:
            found = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError.about(path, expected="a torch checkpoint", found=found) from error


def _unsafe(path: Path, found: str) -> ModelError:
    return ModelError.about(
        path,
        expected="a checkpoint of tensors and numbers only",
        found=found,
        hint="Loading it could run code that came with the file, so it was not loaded.",
    )


def _numpy_numbers() -> list[Callable[..., Any] | tuple[Callable[..., Any], str]]:
    """List what numpy's pickled scalars and arrays call, by the names old and new numpy give it."""
    scalar: Any = np.float64(0).__reduce__()[0]
    reconstruct: Any = np.zeros(0).__reduce__()[0]
    kinds = (np.float64, np.float32, np.int64, np.int32, np.bool_)
    return [
        np.ndarray,
        np.dtype,
        *(type(np.dtype(kind)) for kind in kinds),
        *((scalar, f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")),
        *((reconstruct, f"numpy.{core}.multiarray._reconstruct") for core in ("core", "_core")),
    ]


def _tensors(weights: Any) -> dict[str, torch.Tensor]:
    found = {type(tensor).__name__ for tensor in weights.values()}
    if found - {"Tensor", "Parameter"}:
        raise TypeError(f"network_weights hold {', '.join(sorted(found))}")
    return {str(name): tensor.detach() for name, tensor in weights.items()}
