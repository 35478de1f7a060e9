"""Import: from an nnU-Net v2 result folder to a model folder that is safe to load.

Read the plans, read each fold's checkpoint without running code, store its tensors as safetensors
and its graph as ONNX, and write down the hash of every file. All of it is written to a folder
beside the destination, which takes its place only when everything is there.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from algorithm.models.find_model import find_result_folder
from algorithm.models.importing.expected_hashes import expected_hashes
from algorithm.models.importing.nnunet import ResultFolder
from algorithm.models.importing.nnunet_recipe import Field, Recipe
from algorithm.models.importing.packages import check_packages, versions_here
from algorithm.models.importing.plans import UNCHANGED
from algorithm.models.json_files import parse
from algorithm.models.manifest import Card, FileRecord, Fold, Manifest
from uls.workshop.beside import new_folder
from uls.workshop.errors import ModelError

__all__ = ["import_model"]

_log = logging.getLogger(__name__)


def import_model(
    source_folder: Path,
    destination: Path,
    *,
    name: str,
    field: Field | None = None,
    checkpoint: str | None = None,
    folds: tuple[str, ...] | None = None,
    native_spacing: bool = False,
    expected_sha256: str | Mapping[str, str] | None = None,
    card: Card | None = None,
    overwrite: bool = False,
) -> Manifest:
    """Make a model folder of an nnU-Net v2 result folder.

    Args:
        source_folder: holds `plans.json`, `dataset.json` and `fold_*/checkpoint_*.pth`, or lies
            a folder or two above the one that does.
        destination: the model folder to make.
        name: what to call the model.
        field: `voi` tiles the whole VOI, `click` predicts one patch around the click; by default
            `click` where the patch is smaller than the VOI.
        checkpoint: `best`, `final`, `latest` or a file name; by default final, or best where that
            is missing.
        folds: such as `("all",)`; by default every numbered fold, or `all` where there is none.
        native_spacing: the model was trained at each scan's own spacing, whatever its plans say.
        expected_sha256: the checkpoint's hash, or one per fold; checked before anything is loaded.
        card: what a person must know before using the model.
        overwrite: replace a model folder that is there already.

    Returns:
        The manifest that was written.

    Raises:
        ModelError: the folder is not one that this program can run, or a file is not what it
            should be; nothing is written then.
        CallError: an option does not fit the model, or a package that importing takes is missing.
        OutputError: the destination is there already or cannot be written.
    """
    check_packages()
    source = find_result_folder(source_folder)
    result = ResultFolder.read(source)
    sources = result.checkpoints(result.folds(folds), checkpoint)
    hashes = expected_hashes(expected_sha256, tuple(fold for fold, _ in sources))
    recipe_of = partial(result.recipe, field=field, native_spacing=native_spacing)
    with new_folder(destination, overwrite=overwrite) as folder:
        import_fold = partial(_import_fold, folder=folder, recipe_of=recipe_of)
        imported = [import_fold(fold, path, hashes.get(fold)) for fold, path in sources]
        return _write_manifest(folder, name, imported, card=card or Card(), about=source)


@dataclass(frozen=True)
class _Imported:
    """One fold whose files were written, and how its network is run."""

    fold: Fold
    recipe: Recipe
    trainer: str


def _import_fold(
    fold: str,
    path: Path,
    expected_sha256: str | None,
    *,
    folder: Path,
    recipe_of: Callable[..., Recipe],
) -> _Imported:
    """Write one fold's tensors and graph."""
    from algorithm.models.importing.checkpoint import read_checkpoint  # noqa: PLC0415
    from algorithm.networks import networks  # noqa: PLC0415

    _log.info("Importing %s.", path)
    checkpoint = read_checkpoint(path, expected_sha256=expected_sha256)
    recipe = recipe_of(configuration=checkpoint.configuration, mirror_axes=checkpoint.mirror_axes)
    network = networks.build(recipe.architecture)
    state = networks.named_once(network, checkpoint.weights, axes_back=recipe.axes_back, about=path)
    weights = folder / f"{fold}.safetensors"
    networks.save_state(state, weights)
    return _Imported(
        fold=Fold(
            name=fold,
            weights=FileRecord.of(weights),
            onnx=_export(network, folder / f"{fold}.onnx", weights=weights, recipe=recipe),
            source_file=f"fold_{fold}/{path.name}",
            source_sha256=checkpoint.sha256,
        ),
        recipe=recipe,
        trainer=checkpoint.trainer,
    )


def _export(network: Any, path: Path, *, weights: Path, recipe: Recipe) -> FileRecord | None:
    """Write the ONNX graph, if the package `onnx` is there."""
    if find_spec("onnx") is None:
        _log.warning(
            "The package onnx is not installed, so %s is left out: only the torch engine will run "
            "this model. To have the others, install the extra `importing` and import again.",
            path.name,
        )
        return None
    from algorithm.models.importing.onnx_export import export  # noqa: PLC0415

    export(
        network,
        path,
        weights=weights,
        channels=recipe.architecture.input_channels,
        classes=recipe.architecture.classes,
        patch_zyx=recipe.patch_zyx,
    )
    return FileRecord.of(path)


def _write_manifest(
    folder: Path, name: str, imported: Sequence[_Imported], *, card: Card, about: Path
) -> Manifest:
    """Write what all folds have in common, and the hashes of their files."""
    _check_alike(imported, about=about)
    recipe = imported[0].recipe
    values = {
        "name": name,
        "card": card,
        "architecture": recipe.architecture,
        "patch_zyx": recipe.patch_zyx,
        "normalisation": recipe.normalisation,
        "mirror_axes_zyx": recipe.mirror_axes_zyx,
        "field": recipe.field,
        "folds": tuple(one.fold for one in imported),
        "origin": recipe.origin.model_copy(
            update={"trainer": imported[0].trainer, "imported_with": versions_here()}
        ),
    }
    expected = "a model that can be run"
    manifest = parse(Manifest, values, about=about, expected=expected, hint=UNCHANGED)
    manifest.write(folder)
    return manifest


def _check_alike(imported: Sequence[_Imported], *, about: Path) -> None:
    first = imported[0]
    for other in imported[1:]:
        if other.recipe != first.recipe:
            expected = f"folds that are run alike, as fold {first.fold.name}"
            found = f"fold {other.fold.name} unlike"
            hint = "Folds of two trainings lie in one folder: name those of one by --fold."
            raise ModelError.about(about, expected=expected, found=found, hint=hint)
