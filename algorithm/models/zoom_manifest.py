"""The manifest of a zoom model: its network, its search, its one file of weights."""

from typing import Literal, Self

from pydantic import Field, model_validator

from algorithm.models.architecture import Zyx
from algorithm.models.certainty import Certainty
from algorithm.models.json_files import StrictModel
from algorithm.models.manifest_parts import FileRecord, Fold, ModelManifest, megabytes, patch_said
from algorithm.models.zoom_patch import PATCH_SIZE
from algorithm.models.zoom_settings import ZoomSettings

__all__ = ["ZoomArchitecture", "ZoomManifest", "ZoomOrigin"]


class ZoomArchitecture(StrictModel):
    """The arguments of `algorithm.networks.zoom_network.ZoomNetwork`, without normalisation.

    Lists have one entry per level: 1/2, 1/4, 1/8, … of the patch's resolution.

    Attributes:
        channels_in: the channels of `algorithm.models.zoom_channels`; eight in models that take no
            corrections.
    """

    channels_in: Literal[8, 9] = 8
    widths: tuple[int, ...] = Field(min_length=2)
    blocks: tuple[int, ...]

    @model_validator(mode="after")
    def _fits_the_patch_and_the_channels(self) -> Self:
        if len(self.blocks) != len(self.widths) or min(*self.widths, *self.blocks) < 1:
            raise ValueError("as many numbers of blocks as widths, all positive")
        if PATCH_SIZE % 2 ** len(self.widths):
            raise ValueError(f"so few levels that a patch of {PATCH_SIZE} can be halved for each")
        return self


class ZoomOrigin(StrictModel):
    """The training run, in words.

    Attributes:
        trained_on: names of the cases whose scans it read; None where that is not known.
    """

    recipe_sha256: str = ""
    seed: str = ""
    steps: str = ""
    trained_on: tuple[str, ...] | None = None
    exported_with: dict[str, str] = Field(default_factory=dict)


class ZoomManifest(ModelManifest):
    """A zoom model: one small network that is applied at several zooms around the click.

    Attributes:
        patch_size: voxels along each side of the network's fixed input.
        settings: how the lesion is searched for.
        certainty: what Dice to expect of a mask; None where that was not fitted.
        folds: the one network.
    """

    kind: Literal["zoom"] = "zoom"
    architecture: ZoomArchitecture
    patch_size: Literal[48] = 48
    settings: ZoomSettings = ZoomSettings()
    certainty: Certainty | None = None
    folds: tuple[Fold]
    origin: ZoomOrigin = ZoomOrigin()

    @property
    def files(self) -> tuple[FileRecord, ...]:
        """Every file that must lie beside the manifest."""
        return self.folds[0].files

    @property
    def patch_zyx(self) -> Zyx:
        """The patch along (z, y, x)."""
        return self.patch_size, self.patch_size, self.patch_size

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """What the network takes: channels, then the fixed patch along (z, y, x)."""
        return (self.architecture.channels_in, *self.patch_zyx)

    def summary(self) -> str:
        """Say on one line what the network is and how it is applied."""
        return (
            f"ZoomNetwork, {len(self.architecture.widths)} levels, "
            f"{megabytes(self.folds):.1f} MB, patch {patch_said(self.patch_zyx)}, "
            "zoomed and centred until the lesion fits, takes boxes"
        )

    def provenance(self) -> str:
        """Say on one line how the network was trained."""
        origin = self.origin
        said = {"recipe": origin.recipe_sha256, "seed": origin.seed, "steps": origin.steps}
        parts = [f"{what} {value}" for what, value in said.items() if value]
        if origin.trained_on is not None:
            parts.append(f"on {len(origin.trained_on)} cases")
        return ", ".join(parts) or "not stated"
