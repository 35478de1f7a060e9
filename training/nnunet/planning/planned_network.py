"""The network that nnU-Net's own ResEnc-L planner chooses for a patch, and its batch size."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.jobs.stages import write_json
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.framework.environment import nnunet
from training.nnunet.planning.presets import Network, Zyx

__all__ = ["median_of", "planned_network"]


def planned_network(
    raw: RawDataset, fingerprint: Mapping[str, Any], patch: Zyx
) -> tuple[Network, int]:
    """Ask nnU-Net's ResEnc-L planner for a network of this patch, and for the batch size."""
    with tempfile.TemporaryDirectory() as scratch:
        write_json(Path(scratch) / raw.name / "dataset_fingerprint.json", fingerprint)
        with nnunet(raw=raw.folder.parent, preprocessed=Path(scratch), trainers=False):
            import numpy as np  # noqa: PLC0415
            from nnunetv2.experiment_planning.experiment_planners.resampling import (  # noqa: PLC0415
                planners_no_resampling,
            )

            planner = planners_no_resampling.nnUNetPlannerResEncL_noResampling(
                raw.name, suppress_transpose=True
            )
            voxels = float(np.prod(patch, dtype=float)) * len(raw.cases)
            plan = planner.get_plans_for_configuration(
                np.array(median_of(fingerprint["spacings"])), np.array(patch), "", voxels, {}
            )
    arguments = plan["architecture"]["arch_kwargs"]
    network = Network(
        features_per_stage=arguments["features_per_stage"],
        strides=_sizes(arguments["strides"]),
        kernel_sizes=_sizes(arguments["kernel_sizes"]),
        blocks_per_stage=arguments["n_blocks_per_stage"],
        convs_per_stage_decoder=arguments["n_conv_per_stage_decoder"],
    )
    return network, int(plan["batch_size"])


def _sizes(entries: Any) -> tuple[Zyx, ...]:
    return tuple((int(z), int(y), int(x)) for z, y, x in entries)


def median_of(rows: Any) -> list[float]:
    """Give the median of each column."""
    columns = [sorted(column) for column in zip(*rows, strict=True)]
    half = len(columns[0]) // 2
    if len(columns[0]) % 2:
        return [float(column[half]) for column in columns]
    return [float(column[half - 1] + column[half]) / 2 for column in columns]
