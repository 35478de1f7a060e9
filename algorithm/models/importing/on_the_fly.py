"""Load whatever folder a user names as a model: a model folder, or an nnU-Net result folder."""

import logging
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from algorithm.models.importing.model_import import import_model
from algorithm.models.manifest import MANIFEST_NAME
from algorithm.models.result_folder import is_result_folder
from algorithm.models.weights import Model, verify
from uls.workshop.ending import scratch_folder
from uls.workshop.errors import ModelError, no_permission_is

__all__ = ["load_model"]

_log = logging.getLogger(__name__)


@no_permission_is(ModelError)
def load_model(folder: Path, *, native_spacing: bool = False) -> Model:
    """Load a model folder, or import an nnU-Net result folder on the fly.

    Args:
        folder: as `find_model` gives it.
        native_spacing: for a result folder, see `import_model`.

    Raises:
        ModelError: a file is missing or is not what the manifest says, or the result folder is
            none that this program can run.
    """
    if is_result_folder(folder) and not (folder / MANIFEST_NAME).exists():
        return _imported_on_the_fly(folder, native_spacing=native_spacing)
    return verify(folder)


def _imported_on_the_fly(source: Path, *, native_spacing: bool) -> Model:
    if find_spec("torch") is None:
        raise ModelError.about(
            source,
            expected="a model folder, as this installation has no torch to import with",
            found="an nnU-Net result folder",
            hint="Where torch is, run `python -m algorithm weights import RESULT_FOLDER "
            "MODEL_FOLDER` once, and use the model folder that it writes.",
        )
    _log.info("%s is an nnU-Net result folder; importing it for this run.", source)
    folder = scratch_folder("uls-model-") / "model"
    import_model(source, folder, name=source.name, native_spacing=native_spacing)
    return replace(verify(folder), origin=source)
