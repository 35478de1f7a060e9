"""The recipe: every hyper-parameter of the starter model, read from one TOML file."""

import tomllib
from pathlib import Path
from typing import Self

from pydantic import ValidationError, model_validator

from algorithm.models.zoom_settings import ZoomSettings
from training.starter.settings.body_settings import Bodies, Visibility
from training.starter.settings.lesion_settings import Looks, Shapes, Tissues
from training.starter.settings.sample_settings import (
    KINDS,
    Clicks,
    Companions,
    KeepAway,
    Kind,
    Places,
    RealLesions,
)
from training.starter.settings.scan_settings import Augmentation, Phantoms, ScanEnds
from training.starter.settings.strict_table import Count, PositiveRange, Share, Strict, Whole
from training.starter.settings.training_settings import Network, Training
from uls.workshop.errors import InputError

__all__ = [
    "DEFAULT_RECIPE",
    "VALIDATION_LESIONS",
    "Recipe",
    "Samples",
    "read_recipe",
]

DEFAULT_RECIPE = Path(__file__).with_name("recipe.toml")

VALIDATION_LESIONS = ("STS_003", "STS_019", "STS_029", "STS_037", "STS_039", "STS_049")
"""Cases that training never reads, neither as lesions nor as background; the protocol's own."""


class Samples(Strict):
    """What the endless samples are drawn from.

    Attributes:
        real_share: of scenes with a real lesion, where there are any; the rest is synthetic.
        plain_scan_share: of synthetic lesions, implanted into scans without known lesions.
        fitted_share: patches centred on the lesion; the others have the click in their centre.
        any_step_share: of patches centred on the click, whose zoom knows nothing of the lesion's
            size; else the network would learn to find a lesion as large as the zoom suggests.
        any_step_mm: their steps, drawn log-uniformly.
        any_fill: of the others, lesion size over patch size, drawn log-uniformly.
        fitted_fill: the same for patches centred on the lesion.
        step_mm: the narrowest and widest zoom.
        least_step_pixels: narrowest zoom of synthetic lesions, in the scan's pixels.
        clicked_elsewhere_share: of synthetic lesions that the patch is centred on, clicked in any
            voxel and not near their middle.
        box_share: samples that come with a box.
        box_jitter: standard deviation of a box's sides, over the lesion's size.
        box_wider: how much wider than the lesion a box is on each side, in the mean.
        easy_steps: training steps after which samples are as hard as they get.
        easiest_tries: clicks of which an easy real lesion gets the deepest.
        tries_per_kind: of one kind of scene, before another kind is drawn: else hard kinds would
            be rare.
        places, real, clicks, companions, shapes, tissues, looks, bodies, visible, augment, ends,
            phantoms: as each one says.
        kinds: `lung`, `fat`, `soft`, `bone`, `organ` and `node`.
        keep_away: unlabelled lesions whose place is known.
    """

    real_share: Share
    plain_scan_share: Share
    fitted_share: Share
    any_step_share: Share
    any_step_mm: PositiveRange
    any_fill: PositiveRange
    fitted_fill: PositiveRange
    step_mm: PositiveRange
    least_step_pixels: float
    clicked_elsewhere_share: Share
    box_share: Share
    box_jitter: float
    box_wider: float
    easy_steps: Whole
    easiest_tries: Count
    tries_per_kind: Count
    places: Places
    real: RealLesions
    clicks: Clicks
    companions: Companions
    shapes: Shapes
    tissues: Tissues
    looks: Looks
    bodies: Bodies
    visible: Visibility
    augment: Augmentation
    ends: ScanEnds
    phantoms: Phantoms
    kinds: dict[str, Kind]
    keep_away: tuple[KeepAway, ...] = ()

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        if set(self.kinds) != set(KINDS):
            raise ValueError(f"the kinds {', '.join(KINDS)}")
        if abs(sum(kind.share for kind in self.kinds.values()) - 1) > 1e-6:
            raise ValueError("shares of kinds that add up to 1")
        if any(abs(sum(kind.companion_shares) - 1) > 1e-6 for kind in self.kinds.values()):
            raise ValueError("companion shares that add up to 1 in each kind")
        return self


class Recipe(Strict):
    """The whole recipe; the same seed draws the same samples.

    Attributes:
        seed: of weights, samples and clicks.
        network: its size.
        samples: what it learns from.
        training: how it learns.
        search: how the trained network is applied; none of it changes the training.
    """

    seed: Whole
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
