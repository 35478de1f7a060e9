"""What a model computes: its network, as plain JSON, and how a VOI's HU are normalised for it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from algorithm.models.json_files import StrictModel

__all__ = [
    "Architecture",
    "CTNormalisation",
    "NoNormalisation",
    "Normalisation",
    "ZScoreNormalisation",
    "Zyx",
]

Zyx = tuple[int, int, int]


class Architecture(StrictModel):
    """A network of dynamic-network-architectures: its class and arguments, all plain JSON.

    Lists have one entry per stage; kernels and strides are (z, y, x).
    """

    network: Literal["PlainConvUNet", "ResidualEncoderUNet"]
    input_channels: Literal[1] = 1
    classes: Literal[2] = 2
    features_per_stage: tuple[int, ...]
    kernel_sizes: tuple[Zyx, ...]
    strides: tuple[Zyx, ...]
    blocks_per_stage: tuple[int, ...]
    convs_per_stage_decoder: tuple[int, ...]
    conv_bias: bool = False
    norm: Literal["InstanceNorm3d", "BatchNorm3d"] | None = None
    norm_kwargs: dict[str, float | bool] = Field(default_factory=dict)
    dropout: Literal["Dropout3d"] | None = None
    dropout_kwargs: dict[str, float | bool] = Field(default_factory=dict)
    nonlin: Literal["LeakyReLU", "ReLU"]
    nonlin_kwargs: dict[str, float | bool] = Field(default_factory=dict)
    nonlin_first: bool = False

    @model_validator(mode="after")
    def _lists_have_one_entry_per_stage(self) -> Self:
        stages = len(self.features_per_stage)
        per_stage = (self.kernel_sizes, self.strides, self.blocks_per_stage)
        if stages < 2 or any(len(entries) != stages for entries in per_stage):
            raise ValueError(f"lists with one entry for each of {stages} stages, at least two")
        if len(self.convs_per_stage_decoder) != stages - 1:
            raise ValueError(f"{stages - 1} decoder stages")
        if self.nonlin_first and self.network != "PlainConvUNet":
            raise ValueError("nonlin_first only with PlainConvUNet")
        return self

    @property
    def stages(self) -> int:
        """Resolution levels of the encoder."""
        return len(self.features_per_stage)

    @property
    def downsampling_zyx(self) -> Zyx:
        """Product of all strides: the patch must be a multiple of it along each axis."""
        z = y = x = 1
        for stride in self.strides:
            z, y, x = z * stride[0], y * stride[1], x * stride[2]
        return z, y, x


class CTNormalisation(StrictModel):
    """Clip to [low, high] HU, subtract the mean, divide by the standard deviation."""

    scheme: Literal["ct"] = "ct"
    low_hu: float
    high_hu: float
    mean_hu: float
    std_hu: float


class ZScoreNormalisation(StrictModel):
    """Subtract the VOI's own mean and divide by its own standard deviation."""

    scheme: Literal["zscore"] = "zscore"


class NoNormalisation(StrictModel):
    """HU as they are."""

    scheme: Literal["none"] = "none"


Normalisation = Annotated[
    CTNormalisation | ZScoreNormalisation | NoNormalisation, Field(discriminator="scheme")
]
