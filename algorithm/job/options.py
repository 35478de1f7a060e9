"""Where a job reads and writes, and how it decides."""

from pathlib import Path
from typing import Annotated

from algorithm.inference.boxes import Box, parse_box
from uls.geometry.lesion import DEFAULT_REACH_MM, Policy
from uls.workshop.errors import CallError
from uls.workshop.options import Option, Settings

__all__ = ["JobOptions"]


def _passes(mirror: str) -> int | None:
    """Read `--mirror`: None for auto, else 0 to 8."""
    if mirror == "auto":
        return None
    if not mirror.isdecimal() or int(mirror) > 8:
        raise CallError.about("--mirror", expected="auto or a number from 0 to 8", found=mirror)
    return int(mirror)


class JobOptions(Settings):
    """Where a job reads and writes, and how it decides."""

    input_folder: Annotated[
        Path, Option("--input", help="Folder with the stacks and their spacings.")
    ] = Path("/input")
    output_folder: Annotated[
        Path, Option("--output", help="Folder that gets images/ct-binary-uls/<stack>.mha.")
    ] = Path("/output")
    only_stack: str | None = None
    """The name of the one stack's file that is to be done; None for all."""
    mirror: Annotated[
        int | None,
        Option(
            "--mirror",
            help="Mirrored passes per VOI, 0 to 8 (8: all); fewer where --budget is too short. "
            "auto: as many as fit in --budget, most for VOIs whose passes disagree; without "
            "--budget, or with the starter model, none.",
            parse=_passes,
            show=lambda passes: "auto" if passes is None else str(passes),
        ),
    ] = None
    budget_seconds: Annotated[
        float | None,
        Option(
            "--budget",
            min=1,
            envvar="ULS_BUDGET",
            help="Seconds for the whole job. Where they run short, it makes do with fewer passes, "
            "then with the starter model, at worst with empty masks, and says which; it still "
            "exits with 0.",
        ),
    ] = None
    policy: Annotated[
        Policy, Option("--policy", help="Which predicted component is the clicked lesion.")
    ] = Policy.NEAREST
    reach_mm: Annotated[
        float, Option("--reach-mm", min=0, help="How far from the click it may begin (nearest).")
    ] = DEFAULT_REACH_MM
    one_image: Annotated[
        bool, Option("--one-image", help="Refuse a job of several stacks, as the platform does.")
    ] = False
    box: Annotated[
        Box | None,
        Option(
            "--box",
            metavar="Z0,Y0,X0,Z1,Y1,X1",
            help="Box around the lesion of a job of one VOI, in its voxels, second corner "
            "excluded.",
            parse=parse_box,
        ),
    ] = None
    boxes_file: Annotated[
        Path | None,
        Option(
            "--boxes",
            help="JSON file: a list with [z0,y0,x0,z1,y1,x1] or null for every VOI; for several "
            "stacks, an object with such a list under each stack's name.",
        ),
    ] = None
    summary_file: Annotated[
        Path | None,
        Option(
            "--summary",
            help="Write here, as JSON, what each VOI was predicted by, why, and its mask in "
            "figures.",
        ),
    ] = None
