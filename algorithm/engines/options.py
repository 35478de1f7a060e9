"""What a user may wish for when an engine is made."""

from dataclasses import dataclass
from typing import get_args

from algorithm.engines.engine_names import DeviceName, PrecisionName

__all__ = ["DEVICES", "PRECISIONS", "Options"]

DEVICES = get_args(DeviceName)
"""What `--device` takes."""

PRECISIONS = get_args(PrecisionName)
"""What networks compute in; in and out of an engine is float32 always."""


@dataclass(frozen=True)
class Options:
    """Where an engine runs and what it computes in.

    Attributes:
        device: `cpu` or `cuda`.
        precision: one of `PRECISIONS` but `auto`.
        fill_cache: leave compiled networks in the cache folder for the next start.
    """

    device: str = "cpu"
    precision: str = "f32"
    fill_cache: bool = False
