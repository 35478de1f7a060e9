"""What plans may ask for that this program does not do: refused, with the reason."""

from algorithm.models.architecture import (
    Zyx,
)
from algorithm.models.importing.plans import UNCHANGED, Configuration
from uls.workshop.errors import ModelError

__all__ = ["check_axes", "check_divisible", "check_supported", "resampling_of"]


_HINT = "This program runs no such model; one of another configuration it may."
_NO_RESAMPLING = "no_resampling"
"""How the names of resampling functions begin that give back their input, in nnU-Net's forks."""


def check_supported(config: Configuration, *, about: str) -> None:
    """Refuse a configuration that is not a 3D network of its own, over whole images."""
    if len(config.patch_size) != 3:
        found = f"a patch of {config.patch_size} voxels"
        raise ModelError.about(about, expected="a 3D configuration", found=found, hint=_HINT)
    if config.previous_stage is not None:
        found = f"a cascade after {config.previous_stage!r}"
        raise ModelError.about(about, expected="a network of its own", found=found, hint=_HINT)
    if config.preprocessor_name != "DefaultPreprocessor":
        found = repr(config.preprocessor_name)
        raise ModelError.about(
            about, expected="nnU-Net's DefaultPreprocessor", found=found, hint=_HINT
        )
    if any(config.use_mask_for_norm):
        expected = "normalisation over the whole image (use_mask_for_norm false)"
        found = "use_mask_for_norm true"
        raise ModelError.about(about, expected=expected, found=found, hint=_HINT)


def check_axes(mirror_axes: tuple[int, ...], *, about: str) -> None:
    """Refuse axes of mirroring that a volume does not have."""
    if not set(mirror_axes) <= {0, 1, 2}:
        hint = "The checkpoint is of another network than the plans: copy both anew."
        raise ModelError.about(
            about, expected="mirroring axes of 0, 1, 2", found=f"{mirror_axes}", hint=hint
        )


def check_divisible(patch: Zyx, steps: Zyx, *, about: str) -> None:
    """Refuse a patch that the strides do not divide."""
    if any(size < 1 or size % step for size, step in zip(patch, steps, strict=True)):
        expected = f"a patch of multiples of {steps} voxels (z, y, x), which the strides divide by"
        raise ModelError.about(about, expected=expected, found=f"{patch}", hint=UNCHANGED)


def resampling_of(config: Configuration, *, native_spacing: bool, about: str) -> str:
    """Say how VOIs are resampled: not at all, or a model that would need it is refused."""
    functions = {config.resampling_fn_data, config.resampling_fn_probabilities}
    resampling = sorted(name for name in functions if not name.startswith(_NO_RESAMPLING))
    if not resampling:
        return "none"
    names = ", ".join(resampling)
    if native_spacing:
        return f"left out, as the model was trained at each scan's own spacing (plans: {names})"
    raise ModelError.about(
        about,
        expected="a model that takes a scan at its own spacing",
        found=f"plans that resample ({names})",
        hint="This program never resamples; nnUNetv2_predict_from_modelfolder runs the model. If "
        "it was trained at each scan's own spacing, as ULS+ was, import it with `weights import "
        "--native-spacing`.",
    )
