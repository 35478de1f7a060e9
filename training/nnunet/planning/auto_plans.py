"""Plans as nnU-Net makes them by itself: the network of the challenge's first model, nnUnet.

Its planner chooses spacing, patch, batch and network by the data set's fingerprint, and cases are
resampled to that spacing. What is trained so is run by nnU-Net; `algorithm` never resamples.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.jobs.stages import write_json
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.framework.environment import nnunet
from training.nnunet.planning.presets import Overrides, Preset
from uls.workshop.errors import CallError

__all__ = ["auto_plans", "how_to_run", "resamples"]

_UNCHANGED = "no_resampling"
"""How the names of resampling functions begin that give back their input."""


def auto_plans(
    raw: RawDataset, fingerprint: Mapping[str, Any], preset: Preset, overrides: Overrides
) -> dict[str, Any]:
    """Have nnU-Net plan a data set, and keep the configuration of the preset.

    Args:
        raw: the data set.
        fingerprint: its statistics, of whole VOIs.
        preset: one that resamples.
        overrides: what is changed of it: the batch size at most.

    Raises:
        CallError: patch or network are given, which nnU-Net chooses here.
    """
    if overrides.patch_zyx is not None or overrides.network is not None:
        raise CallError.about(
            f"--patch, --network with --preset {preset.name}",
            expected="none: nnU-Net chooses both",
            found="one of them",
            hint="The other presets take them.",
        )
    with tempfile.TemporaryDirectory() as scratch:
        write_json(Path(scratch) / raw.name / "dataset_fingerprint.json", fingerprint)
        with nnunet(raw=raw.folder.parent, preprocessed=Path(scratch), trainers=False):
            from nnunetv2.experiment_planning.experiment_planners import (  # noqa: PLC0415
                default_experiment_planner,
            )

            planner = default_experiment_planner.ExperimentPlanner(raw.name)
            plans: dict[str, Any] = planner.plan_experiment()
    chosen = dict(plans["configurations"][preset.configuration])
    if overrides.batch_size is not None:
        chosen["batch_size"] = overrides.batch_size
    if overrides.batch_dice is not None:
        chosen["batch_dice"] = overrides.batch_dice
    return {**plans, "configurations": {preset.configuration: chosen}}


def resamples(plans: Mapping[str, Any], configuration: str) -> bool:
    """Say whether cases are resampled for a configuration whose parents are merged in."""
    function = plans["configurations"][configuration].get("resampling_fn_data", "")
    return not str(function).startswith(_UNCHANGED)


def how_to_run(model: Path) -> str:
    """Say how to predict with a network that was trained on resampled VOIs."""
    return (
        "It was trained on resampled VOIs: `python -m algorithm` refuses it. Run it by "
        f"nnUNetv2_predict_from_modelfolder -m {model} -i IMAGES -o MASKS -f FOLDS, with "
        "nnUNet_extTrainer as `python -m training nnunet trainers` prints it; "
        "`python -m evaluation --masks` scores stacks of masks."
    )
