"""Handing weights over from one training to the next, read without running code of a pickle."""

import logging
from pathlib import Path
from typing import Any, Literal

from uls.workshop.errors import CallError, ModelError

__all__ = ["find_checkpoint", "hand_over"]

_log = logging.getLogger(__name__)

_HEAD = ".seg_layers."
"""In the names of the layers that make logits of features; nnU-Net begins them anew."""


def find_checkpoint(source: Path, *, fold: str | None = None) -> Path:
    """Find the weights to hand over: a checkpoint, or the final one in a result folder.

    Args:
        source: a `.pth` file, an nnU-Net result folder, or a folder with one a few folders below.
        fold: which fold's; by default `all`, or the only one there is.

    Raises:
        ModelError: there is none.
        CallError: there are several folds and none was named.
    """
    if source.is_file() and source.suffix == ".pth":
        return source
    from algorithm.models.find_model import find_result_folder  # noqa: PLC0415
    from algorithm.models.importing.nnunet import ResultFolder, folds_in  # noqa: PLC0415

    folder = ResultFolder.read(find_result_folder(source))
    there = folds_in(folder.path)
    if fold is None and "all" not in there and len(there) > 1:
        raise CallError.about(
            source,
            expected="one fold to begin from",
            found=f"the folds {', '.join(there)}",
            hint="Name one by --from-fold; what it was validated on must not be trained on now.",
        )
    chosen = fold or ("all" if "all" in there else None)
    folds = folder.folds((chosen,) if chosen else None)
    ((_, path),) = folder.checkpoints(folds)
    return path


def hand_over(checkpoint: Path, network: Any, *, head: Literal["new", "kept"]) -> None:
    """Put a checkpoint's weights into a network of the same make.

    Args:
        checkpoint: the `.pth` file.
        network: what gets them, a torch module, compiled or not.
        head: `new` leaves the segmentation layers as they are, as nnU-Net does; `kept` takes them
            over too.

    Raises:
        ModelError: the file is no checkpoint that is safe to read, or of another network.
    """
    from algorithm.models.importing.checkpoint import read_checkpoint  # noqa: PLC0415

    given = read_checkpoint(checkpoint).weights
    module = getattr(network, "_orig_mod", network)
    own = module.state_dict()
    taken = [name for name in own if head == "kept" or _HEAD not in name]
    for name in taken:
        found = tuple(given[name].shape) if name in given else "nothing"
        if found != tuple(own[name].shape):
            raise ModelError.about(
                checkpoint,
                expected=f"weights {name} of shape {tuple(own[name].shape)}",
                found=f"{found}",
                hint="The plans of both trainings must be the same.",
            )
    module.load_state_dict({**own, **{name: given[name] for name in taken}})
    _log.info("Took %d of %d tensors from %s", len(taken), len(own), checkpoint)
