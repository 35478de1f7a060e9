"""A data set's fingerprint: spacings, and the HU of its lesions, in nnU-Net's format."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.planning.presets import Zyx
from training.nnunet.preprocessing.cases import read_case
from training.nnunet.preprocessing.parallel import mapped
from uls.workshop.errors import InputError

__all__ = ["fingerprint"]

_SAMPLES_PER_CASE = 10_000
"""Each case weighs the same, as in nnU-Net: this many of its lesion's voxels, with repetition."""


@dataclass(frozen=True, eq=False)
class _CaseStatistics:
    shape: tuple[int, ...]
    spacing_zyx: tuple[float, ...]
    lesion_hu: npt.NDArray[np.float32]


def fingerprint(raw: RawDataset, patch_zyx: Zyx, *, processes: int = 1) -> dict[str, Any]:
    """Measure a data set.

    Args:
        raw: the data set.
        patch_zyx: what each VOI is cropped to, around the click.
        processes: how many work at it.

    Raises:
        InputError: a case cannot be read, or none has a lesion.
    """
    measure = partial(_statistics, raw, patch_zyx)
    cases: Sequence[_CaseStatistics] = list(
        mapped(measure, raw.cases, processes=processes, about="Measuring")
    )
    lesion_hu = np.concatenate([case.lesion_hu for case in cases])
    if not lesion_hu.size:
        raise InputError.about(raw.folder, expected="lesions in the labels", found="none")
    return {
        "spacings": [list(case.spacing_zyx) for case in cases],
        "shapes_after_crop": [list(case.shape) for case in cases],
        "foreground_intensity_properties_per_channel": {"0": _properties(lesion_hu)},
        "median_relative_size_after_cropping": 1.0,
    }


def _statistics(raw: RawDataset, patch_zyx: Zyx, case: str) -> _CaseStatistics:
    voi = read_case(raw, case, patch_zyx)
    lesion = voi.image_hu[voi.label == 1]
    rng = np.random.default_rng(1234)
    chosen = (
        rng.integers(lesion.size, size=_SAMPLES_PER_CASE) if lesion.size else np.zeros(0, dtype=int)
    )
    return _CaseStatistics(
        shape=voi.image_hu.shape,
        spacing_zyx=voi.spacing_mm[::-1],
        lesion_hu=lesion[chosen],
    )


def _properties(hu: npt.NDArray[np.float32]) -> dict[str, float]:
    low, median, high = np.percentile(hu, (0.5, 50.0, 99.5))
    return {
        "mean": float(hu.mean(dtype=np.float64)),
        "median": float(median),
        "std": float(hu.std(dtype=np.float64)),
        "min": float(hu.min()),
        "max": float(hu.max()),
        "percentile_00_5": float(low),
        "percentile_99_5": float(high),
    }
