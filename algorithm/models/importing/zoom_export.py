"""Export: from a zoom network in torch to a model folder (safetensors, ONNX, manifest)."""

from importlib import metadata
from pathlib import Path

from algorithm.models.certainty import Certainty
from algorithm.models.importing.onnx_export import export
from algorithm.models.manifest import Card, FileRecord, Fold, ZoomManifest
from algorithm.models.zoom_manifest import ZoomArchitecture, ZoomOrigin
from algorithm.models.zoom_patch import PATCH_SIZE
from algorithm.models.zoom_settings import ZoomSettings
from algorithm.networks import networks
from algorithm.networks.zoom_network import ZoomNetwork, folded
from uls.workshop.beside import new_folder

__all__ = ["export_zoom"]

_FILE = "zoom"
_RECORDED = ("torch", "safetensors", "onnx")


def export_zoom(
    network: ZoomNetwork,
    folder: Path,
    *,
    name: str,
    card: Card | None = None,
    settings: ZoomSettings | None = None,
    certainty: Certainty | None = None,
    origin: ZoomOrigin | None = None,
) -> ZoomManifest:
    """Write a model folder, replacing one that is there only when all of it is written.

    Args:
        network: as it is trained, or `folded` already; not changed.
        folder: the model folder to make.
        name: what to call the model.
        card: what a person must know before using it.
        settings: how it searches for lesions; by default as `ZoomSettings` says.
        certainty: what Dice to expect of its masks, if that was fitted.
        origin: the training run; the versions of the packages used are added.

    Returns:
        The manifest that was written.

    Raises:
        ModelError: a weight is not finite; nothing is written then.
        OutputError: the folder cannot be written.
    """
    plain = folded(network)
    with new_folder(folder, overwrite=True) as beside:
        manifest = ZoomManifest(
            name=name,
            card=card or Card(),
            architecture=_architecture(plain),
            settings=settings or ZoomSettings(),
            certainty=certainty,
            folds=(_write_network(plain, beside),),
            origin=(origin or ZoomOrigin()).model_copy(
                update={"exported_with": {name: metadata.version(name) for name in _RECORDED}}
            ),
        )
        manifest.write(beside)
    return manifest


def _architecture(network: ZoomNetwork) -> ZoomArchitecture:
    channels_in, widths, blocks = network.arguments
    return ZoomArchitecture.model_validate(
        {"channels_in": channels_in, "widths": widths, "blocks": blocks}
    )


def _write_network(network: ZoomNetwork, folder: Path) -> Fold:
    weights, onnx = folder / f"{_FILE}.safetensors", folder / f"{_FILE}.onnx"
    state = networks.named_once(network, network.state_dict(), about="the zoom network")
    networks.save_state(state, weights)
    export(
        network,
        onnx,
        weights=weights,
        channels=network.arguments[0],
        classes=1,
        patch_zyx=(PATCH_SIZE, PATCH_SIZE, PATCH_SIZE),
    )
    return Fold(name=_FILE, weights=FileRecord.of(weights), onnx=FileRecord.of(onnx))
