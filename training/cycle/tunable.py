"""Whether a model can be tuned: found out when a cycle is made, not after weeks of corrections."""

import json
import logging
from pathlib import Path

from uls.workshop.errors import ModelError

__all__ = ["check_tunable"]

_log = logging.getLogger(__name__)


def check_tunable(folder: Path) -> None:
    """Make sure that an nnU-Net result folder has all that fine-tuning takes.

    Plans that resample are no fault of the folder: whether its network was trained so, only the
    user knows, and says by `cycle run --native-spacing`.

    Raises:
        ModelError: its task is another, or a checkpoint is missing or cannot be read.
    """
    from algorithm.models.importing.checkpoint import read_checkpoint  # noqa: PLC0415  (torch)
    from algorithm.models.importing.nnunet import ResultFolder  # noqa: PLC0415
    from training.nnunet.planning.plans import taken_over  # noqa: PLC0415

    result = ResultFolder.read(folder)
    folds = result.folds()
    for fold, path in result.checkpoints(folds):
        configuration = read_checkpoint(path).configuration
        result.recipe(configuration=configuration, mirror_axes=(), native_spacing=True)
        if fold == folds[0]:
            try:
                plans = json.loads(result.plans.path.read_bytes())
                taken_over(plans, configuration, about=result.plans.path)
            except ModelError as error:
                _log.warning("Every `cycle run` needs --native-spacing, if it is true: %s", error)
    if len(folds) > 1:
        _log.info("Every `cycle run` needs --from-fold, one of %s", ", ".join(folds))
