"""Reading a `.pth` checkpoint without running any code that it carries.

A checkpoint is a pickle, and a pickle can call any function. It is read by torch's restricted
unpickler, which calls only what is on a list: torch's own tensors, and below, what numpy needs to
bring back the numbers of nnU-Net's training log. A file that asks for more is refused.
"""

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

from uls.workshop.errors import ModelError
from uls.workshop.files import sha256
from uls.workshop.foreign_files import recognise

__all__ = ["Checkpoint", "read_checkpoint"]

_COPY_AGAIN = "Download or copy the file again, and compare its size and its hash."
_TRAINERS_OWN = (
    "Use the file that nnU-Net's trainer wrote, fold_*/checkpoint_final.pth or checkpoint_best.pth."
)

_NEEDED = ("network_weights", "init_args")


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
    if not path.is_file():
        raise _no_checkpoint(path, "no such file", "Check its name; links must lead somewhere.")
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
        expected, found = "a checkpoint of an nnU-Net v2 trainer", _entries(content)
        raise ModelError.about(path, expected=expected, found=found, hint=_TRAINERS_OWN) from error


def _load(path: Path) -> Any:
    """Unpickle a checkpoint with torch's restricted unpickler.

    What torch says of a refused file ends in advice to switch the restriction off. None of it
    reaches the user: the names that the pickle calls, and the zip archive, are looked at first.
    """
    _check_archive(path)
    with safe_globals(_numpy_numbers()):
        try:
            if refused := sorted(get_unsafe_globals_in_checkpoint(path)):
                raise _unsafe(path, f"a pickle that wants to call {', '.join(refused)}")
            return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        except UnpicklingError as error:
            raise _unsafe(path, "a pickle that torch's restricted reader refuses") from error
        except (RuntimeError, ValueError, EOFError, LookupError, OSError) as error:
            found = f"a damaged one ({type(error).__name__} while it was read)"
            raise _no_checkpoint(path, found, _COPY_AGAIN) from error


def _check_archive(path: Path) -> None:
    """Make sure that a file is a whole zip archive of a pickle, as `torch.save` writes one.

    torch itself does not compare the checksums, so that one wrong byte on a disk would become a
    wrong weight.
    """
    if (known := recognise(path)) is not None:
        raise _no_checkpoint(path, known.found, known.hint)
    if not zipfile.is_zipfile(path):
        hint = "If it is from before torch 1.6, load and save it with a newer torch first."
        raise _no_checkpoint(path, "no zip file", hint)
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.rpartition("/")[2] for name in archive.namelist()]
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, zlib.error) as error:
        raise _no_checkpoint(path, f"a damaged one ({error})", _COPY_AGAIN) from error
    if damaged is not None:
        raise _no_checkpoint(path, f"a wrong checksum of {damaged}", _COPY_AGAIN)
    if "data.pkl" not in names or "constants.pkl" in names:
        found = "a TorchScript network" if "constants.pkl" in names else "another zip archive"
        raise _no_checkpoint(path, found, _TRAINERS_OWN)


def _no_checkpoint(path: Path, found: str, hint: str) -> ModelError:
    return ModelError.about(path, expected="a torch checkpoint", found=found, hint=hint)


def _unsafe(path: Path, found: str) -> ModelError:
    return ModelError.about(
        path,
        expected="a checkpoint of tensors and numbers only",
        found=found,
        hint="Loading it could run code that came with the file, so it was not loaded. "
        + _TRAINERS_OWN,
    )


def _entries(content: Any) -> str:
    """Say what a file holds that is not what a trainer saves."""
    if not isinstance(content, dict):
        return f"a pickled {type(content).__name__}"
    if missing := [name for name in _NEEDED if name not in content]:
        return f"no entry {missing[0]!r} among {', '.join(map(repr, list(content)[:5])) or 'none'}"
    return "entries of other kinds"


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
