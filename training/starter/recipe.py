"""The recipe: every hyper-parameter of the starter model, read from one TOML file."""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from algorithm.models.zoom_settings import ZoomSettings
from uls.errors import InputError

__all__ = [
    "DEFAULT_RECIPE",
    "VALIDATION_LESIONS",
    "Network",
    "Recipe",
    "Samples",
    "ScanEnds",
    "Training",
    "read_recipe",
]

DEFAULT_RECIPE = Path(__file__).with_name("recipe.toml")

VALIDATION_LESIONS = ("STS_003", "STS_019", "STS_029", "STS_037", "STS_039", "STS_049")
"""Cases that training never reads, neither as lesions nor as background; the protocol's own."""

Share = Annotated[float, Field(ge=0, le=1)]
Range = tuple[float, float]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Network(_Strict):
    """The network's size: channels and residual blocks at 1/2, 1/4, 1/8, … of the resolution."""

    widths: tuple[int, ...]
    blocks: tuple[int, ...]

    @model_validator(mode="after")
    def _same_length(self) -> Self:
        if len(self.widths) != len(self.blocks):
            raise ValueError("as many widths as blocks")
        return self


class ScanEnds(_Strict):
    """How scans end around lesions (`scan_end`).

    Attributes:
        real_share: of real lesions' patches, those in which the scan is made to end.
        synthetic_share: the same of synthetic ones.
        every_side_share: of these, those in which it ends on all six sides; in the others on any
            side with even odds.
        cut_share: of these, those in which it ends within the lesion.
        mirrored_share: of all patches, those that show the scan going on, mirrored, where its own
            ends are: crops of a data set end at the same distance from every lesion.
    """

    real_share: Share
    synthetic_share: Share
    every_side_share: Share
    cut_share: Share
    mirrored_share: Share


class Samples(_Strict):
    """What the endless samples are drawn from.

    Attributes:
        real_share: of samples with a real lesion, where there are any; the rest is synthetic.
        plain_scan_share: of synthetic lesions, implanted into scans without known lesions.
        tissue_shares: how often a synthetic lesion is tried in lung, fat, soft tissue, bone.
        largest_radius_mm: of a synthetic lesion in each of these.
        smallest_radius_mm: of any.
        fitted_share: patches centred on the lesion; the others have the click in their centre.
        any_step_share: of patches centred on the click, whose zoom knows nothing of the lesion's
            size; else the network would learn to find a lesion as large as the zoom suggests.
        any_step_mm: their steps, drawn log-uniformly.
        any_fill: of the others, lesion size over patch size, drawn log-uniformly.
        fitted_fill: the same for patches centred on the lesion.
        step_mm: the narrowest and widest zoom.
        box_share: samples that come with a box.
        box_jitter: standard deviation of a box's sides, over the lesion's size.
        deepest_click_share: of patches centred on the lesion, clicked in its deepest voxel.
        easy_until: the share of training after which samples are as hard as they get.
        ends: of the scans around the lesions.
    """

    real_share: Share
    plain_scan_share: Share
    tissue_shares: tuple[Share, Share, Share, Share]
    largest_radius_mm: tuple[float, float, float, float]
    smallest_radius_mm: float
    fitted_share: Share
    any_step_share: Share
    any_step_mm: Range
    any_fill: Range
    fitted_fill: Range
    step_mm: Range
    box_share: Share
    box_jitter: float
    deepest_click_share: Share
    easy_until: Share
    ends: ScanEnds


class Training(_Strict):
    """How the network is trained.

    Attributes:
        batch_size: samples a step.
        learning_rate: its peak, after `warm_up_steps`; it falls to a hundredth on a cosine.
        weight_decay: AdamW's.
        betas: AdamW's.
        gradient_norm: to which gradients are clipped.
        ema_decay: of the averaged weights, which are the ones validated and exported.
        cross_entropy_weight: of the size-normalised cross entropy beside Dice.
        steps: the run's length where no `--minutes` are given.
        validation_patches: real and synthetic patches, fixed by the seed, never trained on.
    """

    batch_size: int
    learning_rate: float
    warm_up_steps: int
    weight_decay: float
    betas: Range
    gradient_norm: float
    ema_decay: float
    cross_entropy_weight: float
    steps: int
    validation_patches: int


class Recipe(_Strict):
    """The whole recipe; the same seed draws the same samples.

    Attributes:
        seed: of weights, samples and clicks.
        network: its size.
        samples: what it learns from.
        training: how it learns.
        search: how the trained network is applied; none of it changes the training.
    """

    seed: int
    network: Network
    samples: Samples
    training: Training
    search: ZoomSettings = ZoomSettings()

    def trains_as(self, other: Self) -> bool:
        """Say whether another recipe trains the same network in the same way."""
        return self.model_dump(exclude={"search"}) == other.model_dump(exclude={"search"})


def read_recipe(path: Path = DEFAULT_RECIPE) -> Recipe:
    """Read a recipe.

    Raises:
        InputError: the file is missing, is no TOML, or an entry is missing, unknown or wrong.
    """
    try:
        with path.open("rb") as file:
            return Recipe.model_validate(tomllib.load(file))
    except FileNotFoundError as error:
        raise InputError.about(path, expected="a recipe (TOML)", found="no file") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        hint = f"{DEFAULT_RECIPE} is a complete one to start from."
        raise InputError.about(path, expected="a recipe", found=str(error), hint=hint) from error
