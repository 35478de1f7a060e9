"""Networks by name, for a benchmark that needs no download: their speed is not in their weights."""

from dataclasses import dataclass
from typing import Literal

from algorithm.models.architecture import Architecture, CTNormalisation, Zyx
from uls.geometry.voi import VOI_SHAPE_ZYX

__all__ = ["ARCHITECTURES", "Design"]

_HU = CTNormalisation(low_hu=-910, high_hu=1672, mean_hu=21.7, std_hu=331.6)
"""The ULS23 baseline's normalisation, from its plans (record 10777532 on Zenodo)."""


@dataclass(frozen=True)
class Design:
    """A U-Net as nnU-Net builds it, and the patch that it sees.

    Attributes:
        architecture: the network.
        patch_zyx: voxels; where that is less than the VOI, tiles cover the VOI.
        normalisation: of the VOI before it.
    """

    architecture: Architecture
    patch_zyx: Zyx
    normalisation: CTNormalisation = _HU


def _design(
    features: tuple[int, ...],
    strides: tuple[Zyx, ...],
    blocks: tuple[int, ...],
    patch_zyx: Zyx,
    *,
    network: Literal["PlainConvUNet", "ResidualEncoderUNet"] = "ResidualEncoderUNet",
) -> Design:
    stages = len(features)
    architecture = Architecture(
        network=network,
        features_per_stage=features,
        kernel_sizes=((3, 3, 3),) * stages,
        strides=strides,
        blocks_per_stage=blocks,
        convs_per_stage_decoder=(1,) * (stages - 1),
        conv_bias=True,
        norm="InstanceNorm3d",
        norm_kwargs={"eps": 1e-5, "affine": True},
        nonlin="LeakyReLU",
        nonlin_kwargs={"inplace": True},
    )
    return Design(architecture, patch_zyx)


_WHOLE, _HALF, _FLAT = (1, 1, 1), (2, 2, 2), (1, 2, 2)

ARCHITECTURES = {
    # The challenge's network: its own plans.
    "uls23-baseline": _design(
        features=(32, 64, 128, 256, 384, 384, 384),
        strides=(_WHOLE, *(_HALF,) * 5, _FLAT),
        blocks=(1, 3, 4, 6, 6, 6, 6),
        patch_zyx=VOI_SHAPE_ZYX,
    ),
    # ULS+ (Rocholl et al., 2026): what nnU-Net's ResEnc-L planner lays out for its patch, cubic
    # voxels assumed.
    "uls-plus": _design(
        features=(32, 64, 128, 256, 320, 320),
        strides=(_WHOLE, *(_HALF,) * 4, _FLAT),
        blocks=(1, 3, 4, 6, 6, 6),
        patch_zyx=(64, 128, 128),
    ),
    # For a first try and for tests: a VOI in about a second.
    "small": _design(
        features=(2, 4, 8),
        strides=(_WHOLE, _HALF, _HALF),
        blocks=(1, 1, 1),
        patch_zyx=VOI_SHAPE_ZYX,
        network="PlainConvUNet",
    ),
}
