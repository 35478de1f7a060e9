"""How a network of nnU-Net plans is run on a VOI, or why it cannot be.

Of nnU-Net's way with an image two things are left out. It crops the image to the box of voxels
that are not zero: a VOI stays whole, since a voxel's place in it says which lesion is meant. And it
resamples: a VOI is predicted at its own spacing, and plans that resample are refused unless the
caller says that the model was trained that way too.

Plans may transpose the image before the network sees it. Kernels, strides, patch and mirroring
axes are turned back here, once, so that nothing is transposed when a VOI is predicted.
"""

from dataclasses import dataclass
from typing import Literal

from algorithm.models.architecture import (
    Architecture,
    CTNormalisation,
    NoNormalisation,
    Normalisation,
    ZScoreNormalisation,
    Zyx,
)
from algorithm.models.importing.architectures import architecture
from algorithm.models.importing.limits import (
    _HINT,
    check_axes,
    check_divisible,
    check_supported,
    resampling_of,
)
from algorithm.models.importing.plans import UNCHANGED, Configuration, Plans
from algorithm.models.manifest import Origin
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.workshop.errors import CallError, ModelError

__all__ = ["Field", "Recipe", "recipe"]

Field = Literal["voi", "click"]


@dataclass(frozen=True)
class Recipe:
    """How a network is built and run, along the VOI's own axes.

    Attributes:
        axes_back: the permutation that brings trained kernels from the plans' axes to (z, y, x).
        origin: where it comes from; the trainer is for the checkpoint to tell.
    """

    architecture: Architecture
    patch_zyx: Zyx
    normalisation: Normalisation
    mirror_axes_zyx: tuple[int, ...]
    field: Field
    axes_back: Zyx
    origin: Origin


def recipe(
    plans: Plans,
    configuration: str,
    *,
    mirror_axes: tuple[int, ...],
    field: Field | None = None,
    native_spacing: bool = False,
) -> Recipe:
    """Say how the networks of a configuration are built and run.

    Args:
        plans: the plans.
        configuration: the configuration's name.
        mirror_axes: the axes that training mirrored, as the checkpoint tells.
        field: `voi` or `click`; by default `click` where the patch is smaller than the VOI.
        native_spacing: the model was trained at each scan's own spacing, whatever the plans say
            of resampling.

    Raises:
        ModelError: the plans ask for something that this program does not do.
        CallError: `field` does not fit the patch.
    """
    about = f"{plans.path}, configuration {configuration!r}"
    config = plans.configuration(configuration)
    check_supported(config, about=about)
    check_axes(mirror_axes, about=about)
    forward = plans.transpose_forward
    back = _turned((0, 1, 2), (forward.index(0), forward.index(1), forward.index(2)))
    network = architecture(config, about=about)
    patch = _turned(config.patch_size, back)
    check_divisible(patch, _turned(network.downsampling_zyx, back), about=about)
    return Recipe(
        architecture=_turned_network(network, back),
        patch_zyx=patch,
        normalisation=_normalisation(config, plans, about=about),
        mirror_axes_zyx=tuple(sorted(forward[axis] for axis in mirror_axes)),
        field=_field(field, patch, about=about),
        axes_back=back,
        origin=Origin(
            dataset=plans.dataset_name,
            plans=plans.plans_name,
            configuration=configuration,
            resampling=resampling_of(config, native_spacing=native_spacing, about=about),
            transpose_forward=forward,
        ),
    )


def _turned(along_network_axes: tuple[int, ...], back: Zyx) -> Zyx:
    """Bring three numbers along the plans' axes into the VOI's order (z, y, x)."""
    z, y, x = (along_network_axes[axis] for axis in back)
    return z, y, x


def _turned_network(network: Architecture, back: Zyx) -> Architecture:
    return network.model_copy(
        update={
            "kernel_sizes": tuple(_turned(size, back) for size in network.kernel_sizes),
            "strides": tuple(_turned(stride, back) for stride in network.strides),
        }
    )


def _normalisation(config: Configuration, plans: Plans, *, about: str) -> Normalisation:
    schemes = config.normalization_schemes
    if schemes == ("CTNormalization",):
        if "0" not in plans.intensities:
            entry = "foreground_intensity_properties_per_channel"
            raise ModelError.about(
                plans.path, expected=f"channel '0' in {entry}", found="none", hint=UNCHANGED
            )
        hu = plans.intensities["0"]
        return CTNormalisation(
            low_hu=hu.percentile_00_5,
            high_hu=hu.percentile_99_5,
            mean_hu=hu.mean,
            std_hu=hu.std,
        )
    if schemes == ("ZScoreNormalization",):
        return ZScoreNormalisation()
    if schemes == ("NoNormalization",):
        return NoNormalisation()
    expected = "CTNormalization, ZScoreNormalization or NoNormalization, once"
    found = ", ".join(schemes) or "none"
    raise ModelError.about(about, expected=expected, found=found, hint=_HINT)


def _field(wanted: Field | None, patch: Zyx, *, about: str) -> Field:
    smaller = any(size < whole for size, whole in zip(patch, VOI_SHAPE_ZYX, strict=True))
    larger = any(size > whole for size, whole in zip(patch, VOI_SHAPE_ZYX, strict=True))
    if wanted == "click" and (larger or not smaller):
        found = f"a patch of {patch} (z, y, x)"
        raise CallError.about(
            about,
            expected=f"for field 'click', a patch within the VOI {VOI_SHAPE_ZYX}",
            found=found,
        )
    if wanted is not None:
        return wanted
    return "click" if smaller and not larger else "voi"
