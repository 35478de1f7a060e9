"""The recipes by name, and what of them a call may change.

`uls23-baseline` is the challenge's network as it was released: fixed, the whole VOI as its patch.
`uls-plus` is the recipe that beat it (Rocholl et al., ULS+, 2026): a patch of 64×128×128 around the
click, for which nnU-Net's own planner lays out its ResEnc-L network. Neither resamples. `nnunet` is
the challenge's first model, which nnU-Net configured by itself, resampling included.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.workshop.errors import CallError
from uls.workshop.options import Option, Settings
from uls.workshop.strict_json import parse_json

__all__ = ["PRESETS", "Network", "Overrides", "Preset", "PresetByName", "preset"]

Zyx = tuple[int, int, int]
Count = Annotated[int, Field(ge=1)]


class Network(Settings):
    """A residual-encoder U-Net; one entry per stage, strides and kernels (z, y, x)."""

    features_per_stage: tuple[Count, ...]
    strides: tuple[Zyx, ...]
    kernel_sizes: tuple[Zyx, ...]
    blocks_per_stage: tuple[Count, ...]
    convs_per_stage_decoder: tuple[Count, ...]


def _patch(text: str) -> Zyx:
    sizes = text.lower().split("x")
    if len(sizes) != 3 or not all(size.isdecimal() and int(size) > 0 for size in sizes):
        raise CallError.about("--patch", expected="three sizes, as 64x128x128", found=repr(text))
    z, y, x = map(int, sizes)
    return z, y, x


def _network(path: Path) -> Network:
    try:
        return Network.model_validate(parse_json(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise CallError.about(
            f"--network {path}",
            expected=f"JSON with {', '.join(Network.model_fields)}",
            found=str(error),
        ) from error


class Overrides(Settings):
    """What a call changes of a preset's plans; None keeps the preset's."""

    patch_zyx: Annotated[
        Zyx | None,
        Option(
            "--patch", metavar="ZxYxX", help="Another patch, as 64x128x128 (z, y, x).", parse=_patch
        ),
    ] = None
    batch_size: Annotated[int | None, Option("--batch-size", min=1, help="Another batch size.")] = (
        None
    )
    batch_dice: bool | None = None
    network: Annotated[
        Network | None,
        Option(
            "--network",
            help="Another network: JSON with features_per_stage, strides, kernel_sizes, "
            "blocks_per_stage, convs_per_stage_decoder.",
            takes=Path,
            parse=_network,
        ),
    ] = None


class Preset(Settings):
    """A recipe.

    Attributes:
        network: None for what nnU-Net's planner lays out for the patch.
        batch_size: None for the planner's.
        resamples: whether nnU-Net plans all by itself, the spacing that cases are resampled to
            included; the patch is what VOIs are cropped to before.
    """

    name: str
    description: str
    plans_name: str
    configuration: str
    patch_zyx: Zyx
    batch_size: int | None
    network: Network | None
    resamples: bool = False


_BASELINE_NETWORK = Network(
    features_per_stage=(32, 64, 128, 256, 384, 384, 384),
    strides=((1, 1, 1), *((2, 2, 2),) * 5, (1, 2, 2)),
    kernel_sizes=((3, 3, 3),) * 7,
    blocks_per_stage=(1, 3, 4, 6, 6, 6, 6),
    convs_per_stage_decoder=(1,) * 6,
)

PRESETS = {
    one.name: one
    for one in (
        Preset(
            name="uls23-baseline",
            description="the challenge's network; the whole VOI is its patch",
            plans_name="nnUNetPlansNoRs",
            configuration="3d_fullres_resenc",
            patch_zyx=VOI_SHAPE_ZYX,
            batch_size=3,
            network=_BASELINE_NETWORK,
        ),
        Preset(
            name="uls-plus",
            description="nnU-Net's ResEnc-L on 64×128×128 voxels around the click",
            plans_name="nnUNetResEncUNetLPlans_noresamp",
            configuration="3d_fullres",
            patch_zyx=(64, 128, 128),
            batch_size=None,
            network=None,
        ),
        Preset(
            name="nnunet",
            description="all as nnU-Net chooses it; resamples, so that only nnU-Net runs it",
            plans_name="nnUNetPlans",
            configuration="3d_fullres",
            patch_zyx=VOI_SHAPE_ZYX,
            batch_size=None,
            network=None,
            resamples=True,
        ),
    )
}


def preset(name: str) -> Preset:
    """Give a preset by its name.

    Raises:
        CallError: there is none of that name.
    """
    if name not in PRESETS:
        raise CallError.about("--preset", expected=f"one of {', '.join(PRESETS)}", found=name)
    return PRESETS[name]


PresetByName = Annotated[
    Preset,
    Option(
        "--preset",
        help=f"{' or '.join(PRESETS)}.",
        parse=preset,
        show=lambda one: one.name,
    ),
]
"""A preset that a call names."""
