"""nnU-Net's `plans.json`: what is read of it, with the inheritance of configurations resolved."""

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from algorithm.models.architecture import Zyx
from algorithm.models.json_files import parse, read_object
from uls.workshop.errors import ModelError

__all__ = ["UNCHANGED", "Configuration", "IntensityProperties", "NewArchitecture", "Plans"]

_PLANS = "plans of nnU-Net v2"
UNCHANGED = "Copy plans.json from the folder that nnU-Net trained into, unchanged."
_MISSING = (
    "Name the folder that nnU-Net trained into: it holds plans.json, dataset.json and fold_*. If "
    "the file was left out when it was copied, copy it from there."
)


class _Foreign(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NewArchitecture(_Foreign):
    """A network as plans describe it since nnU-Net v2.5: a class name and its arguments."""

    network_class_name: str
    arch_kwargs: dict[str, Any]


class IntensityProperties(_Foreign):
    """HU statistics of the training set's foreground, which CTNormalization uses."""

    model_config = ConfigDict(allow_inf_nan=False)

    mean: float
    std: float
    percentile_00_5: float
    percentile_99_5: float


class Configuration(_Foreign):
    """One configuration of the plans, such as `3d_fullres`, parents merged in.

    Its network stands in `architecture`, or, in plans older than nnU-Net v2.5, in the entries
    from `unet_class_name` on. Kernels, strides and the patch are along the transposed axes.
    """

    patch_size: tuple[int, ...]
    normalization_schemes: tuple[str, ...]
    use_mask_for_norm: tuple[bool | None, ...] = (False,)
    preprocessor_name: str = "DefaultPreprocessor"
    resampling_fn_data: str = "resample_data_or_seg_to_shape"
    resampling_fn_probabilities: str = "resample_data_or_seg_to_shape"
    previous_stage: str | None = None
    architecture: NewArchitecture | None = None
    unet_class_name: str | None = Field(default=None, alias="UNet_class_name")
    base_features: int = Field(default=32, alias="UNet_base_num_features")
    max_features: int = Field(default=320, alias="unet_max_num_features")
    conv_kernel_sizes: tuple[Zyx, ...] = ()
    pool_op_kernel_sizes: tuple[Zyx, ...] = ()
    n_conv_per_stage_encoder: tuple[int, ...] = ()
    n_conv_per_stage_decoder: tuple[int, ...] = ()


class Plans(_Foreign):
    """What of `plans.json` decides how a network is run."""

    path: Path
    dataset_name: str = ""
    plans_name: str = ""
    image_reader_writer: str = ""
    label_manager: str = "LabelManager"
    transpose_forward: Zyx = (0, 1, 2)
    configurations: dict[str, dict[str, Any]]
    intensities: dict[str, IntensityProperties] = Field(
        default_factory=dict, alias="foreground_intensity_properties_per_channel"
    )

    @field_validator("transpose_forward")
    @classmethod
    def _is_a_permutation(cls, axes: Zyx) -> Zyx:
        if sorted(axes) != [0, 1, 2]:
            raise ValueError("each of the axes 0, 1, 2 once")
        return axes

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a `plans.json`.

        Raises:
            ModelError: the file is missing or holds no nnU-Net v2 plans.
        """
        values = {**read_object(path, missing_hint=_MISSING), "path": path}
        return parse(cls, values, about=path, expected=_PLANS, hint=UNCHANGED)

    def configuration(self, name: str) -> Configuration:
        """Give a configuration, with those that it `inherits_from` merged in.

        Raises:
            ModelError: it is not there, inherits from itself, or lacks an entry.
        """
        about = f"{self.path}, configuration {name!r}"
        merged: dict[str, Any] = {}
        lineage: list[str] = []
        parent: Any = name
        while parent is not None:
            if parent in lineage or parent not in self.configurations:
                known = ", ".join(sorted(self.configurations))
                found = " which inherits from ".join(repr(step) for step in [*lineage, parent])
                raise ModelError.about(
                    about, expected=f"one of {known}, each once", found=found, hint=UNCHANGED
                )
            lineage.append(parent)
            merged = {**self.configurations[parent], **merged}
            parent = self.configurations[parent].get("inherits_from")
        return parse(Configuration, merged, about=about, expected=_PLANS, hint=UNCHANGED)
