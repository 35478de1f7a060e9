"""How dense lesions are: the mean HU of each, and how often each HU is in lesions of a kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from clinic.follow_up.dataset import Series
from clinic.follow_up.findings import Lesion
from clinic.follow_up.instances import instances
from clinic.follow_up.measure import read_axial
from training.paper.hcuch.kinds import by_kind
from uls.images.voxels import label_array
from uls.workshop.progress import progress

__all__ = ["EDGES_HU", "Intensities", "Key", "key_of", "read_intensities"]

EDGES_HU = np.arange(-1000, 601, 20)
"""Bins of the densities; what lies beyond counts in the outermost."""

Key = tuple[str, int, int]
"""Series, value, component: what tells lesions apart."""


@dataclass(frozen=True, eq=False)
class Intensities:
    """Of the lesions whose series have an image.

    Attributes:
        mean_hu: by lesion.
        counts: by kind, how many voxels each bin of HU has.
    """

    mean_hu: dict[Key, float] = field(default_factory=dict)
    counts: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)


def key_of(lesion: Lesion) -> Key:
    """Give what tells a lesion from all others."""
    return lesion.series, lesion.value, lesion.component


def read_intensities(series: Sequence[Series], lesions: Sequence[Lesion]) -> Intensities:
    """Read images and masks again, one series at a time.

    Raises:
        InputError: an image cannot be read.
    """
    found = Intensities()
    kinds = {key_of(lesion): kind for kind, part in by_kind(lesions).items() for lesion in part}
    with_image = [one for one in series if one.image is not None]
    for one in progress(with_image, about="Reading", total=len(with_image), unit="series"):
        if one.image is None:
            continue
        hu = sitk.GetArrayFromImage(read_axial(one.image))  # a view would outlive its image
        for instance in instances(label_array(read_axial(one.mask), one.mask)):
            key = (one.name, instance.value, instance.component)
            if key in kinds:
                voxels = np.asarray(hu[instance.box][instance.mask], dtype=np.float64)
                found.mean_hu[key] = float(voxels.mean())
                inside = np.clip(voxels, EDGES_HU[0], EDGES_HU[-1])
                counts = np.histogram(inside, EDGES_HU)[0].astype(np.int64)
                found.counts[kinds[key]] = found.counts.get(kinds[key], 0) + counts
    return found
